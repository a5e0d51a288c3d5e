using Chat.Functions.Erasure;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>DELETE /host/users/{u}</c>: erases a user after some days; 202 with the erasure. A repeat is answered with it as it is by then, and
/// after one that is done begins another. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class EraseUser(ErasureStore erasures, ErasureOptions options)
{
    [Function(nameof(EraseUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "host/users/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var days = query.Seq("days", 0) ?? options.Days;
        if (days > ErasureOptions.MaxDays)
        {
            query.Fault("days", "out_of_range", $"Must be 0 to {ErasureOptions.MaxDays}.");
        }

        query.ThrowIfMalformed();
        if (userId == UserId.None)
        {
            return Problems.NotAUser.ToResult();
        }

        var erasure = await erasures.RequestAsync(userId, TimeSpan.FromDays(days), cancellationToken);
        return new JsonResult<ErasureView>(StatusCodes.Status202Accepted, ErasureView.Of(erasure), ChatJson.Default.ErasureView);
    }
}
