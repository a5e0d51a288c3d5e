using Chat.Functions.Blocks;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Restrictions;

/// <summary>
/// <c>DELETE /restrictions/{u}</c>: takes a restriction back; 204, even when there is none. The conversation is in the caller's list again.
/// </summary>
public sealed class UnrestrictUser(Blocking blocking, CurrentUser user)
{
    [Function(nameof(UnrestrictUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "restrictions/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken) =>
        userId == UserId.None || await blocking.SetAsync(Block.Restriction, user.Id, userId, isActive: false, cancellationToken)
            ? Results.NoContent()
            : Problems.Unavailable.ToResult();
}
