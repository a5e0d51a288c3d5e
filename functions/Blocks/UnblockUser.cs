using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Blocks;

/// <summary><c>DELETE /blocks/{u}</c>: takes a block back; 204, even when there is none. What was refused meanwhile stays so.</summary>
public sealed class UnblockUser(Blocking blocking, CurrentUser user)
{
    [Function(nameof(UnblockUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "blocks/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken) =>
        userId == UserId.None || await blocking.SetAsync(Block.Of, user.Id, userId, isActive: false, cancellationToken)
            ? Results.NoContent()
            : Problems.Unavailable.ToResult();
}
