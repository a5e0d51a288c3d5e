using Chat.Functions.Blocks;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Mutes;

/// <summary><c>PUT /mutes/{u}</c>: mutes a user for the caller alone; 204. Idempotent. The other one isn't told.</summary>
public sealed class MuteUser(Muting muting, BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(MuteUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "mutes/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        if (await store.RefusalAsync(Block.Mute, user.Id, userId, ("mutes", limits.Mutes), cancellationToken) is { } refusal)
        {
            return refusal.ToResult();
        }

        await muting.SetAsync(user.Id, userId, isActive: true, cancellationToken);
        return Results.NoContent();
    }
}
