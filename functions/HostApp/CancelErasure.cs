using Chat.Functions.Erasure;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>DELETE /host/users/{u}/erasure</c>: cancels a user's erasure; 204, also where none was asked for, and 409 once it has begun. Needs
/// the role <c>chat.host</c>.
/// </summary>
public sealed class CancelErasure(ErasureStore erasures)
{
    [Function(nameof(CancelErasure))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "host/users/{userId}/erasure")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken) =>
        userId == UserId.None || await erasures.TryCancelAsync(userId, cancellationToken)
            ? Results.NoContent()
            : Problems.UserErased.ToResult();
}
