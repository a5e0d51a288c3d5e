using Chat.Functions.Blocks;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Restrictions;

/// <summary>
/// <c>PUT /restrictions/{u}</c>: restricts a user; 204 once their direct conversation is among the caller's requests. Idempotent. The
/// other one isn't told, and may write on.
/// </summary>
public sealed class RestrictUser(Blocking blocking, BlockStore store, Limits limits, CurrentUser user)
{
    [Function(nameof(RestrictUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "restrictions/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        var limit = ("restrictions", limits.Restrictions);
        if (await store.RefusalAsync(Block.Restriction, user.Id, userId, limit, cancellationToken) is { } refusal)
        {
            return refusal.ToResult();
        }

        return await blocking.SetAsync(Block.Restriction, user.Id, userId, isActive: true, cancellationToken)
            ? Results.NoContent()
            : Problems.Unavailable.ToResult();
    }
}
