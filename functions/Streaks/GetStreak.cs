using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Streaks;

/// <summary><c>GET /conversations/{c}/streak</c>: how the streak of a direct conversation stands now.</summary>
public sealed class GetStreak(ConversationReader reader, TimeProvider time, CurrentUser user)
{
    [Function(nameof(GetStreak))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/streak")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken) =>
        await reader.ReadHeadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) switch
        {
            null => Problems.ConversationNotFound.ToResult(),
            { Kind: ConversationKind.Direct } head => new JsonResult<StreakView>(
                StatusCodes.Status200OK,
                StreakView.Of(head, time.GetUtcNow()),
                ChatJson.Default.StreakView),
            _ => Problems.NotAllowed.ToResult(),
        };
}
