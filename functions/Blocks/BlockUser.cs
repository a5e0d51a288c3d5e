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
        if (await store.RefusalAsync(Block.Of, user.Id, userId, ("blocks", limits.Blocks), cancellationToken) is { } refusal)
        {
            return refusal.ToResult();
        }

        return await blocking.SetAsync(Block.Of, user.Id, userId, isActive: true, cancellationToken)
            ? Results.NoContent()
            : Problems.Unavailable.ToResult();
    }
}
