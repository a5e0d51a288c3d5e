using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Blocks;

/// <summary>
/// <c>PUT /blocks/{u}</c>: blocks a user; 204 once no message of either can reach the other. Idempotent. The other one isn't told.
/// </summary>
public sealed class BlockUser(Blocking blocking, BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(BlockUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "blocks/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        if (userId == UserId.None)
        {
            return Problems.NotAUser.ToResult();
        }

        if (userId == user.Id)
        {
            return Problems.NotAnother.ToResult();
        }

        // Not exact: requests at the same instant may block a few beyond the limit.
        if (await store.ReadAsync(user.Id, userId, cancellationToken) is not { IsActive: true }
            && await store.CountAsync(user.Id, cancellationToken) >= limits.Blocks)
        {
            return Problems.LimitReached("blocks", limits.Blocks).ToResult();
        }

        return await blocking.SetAsync(user.Id, userId, isActive: true, cancellationToken)
            ? Results.NoContent()
            : Problems.Unavailable.ToResult();
    }
}
