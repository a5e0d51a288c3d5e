using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Channels;

/// <summary><c>DELETE /channels/{c}/subscription</c>: the caller doesn't follow the channel any more; 204. Idempotent.</summary>
public sealed class Unsubscribe(SubscriptionStore store, WatchGroups groups, EventPush push, CurrentUser user)
{
    [Function(nameof(Unsubscribe))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "channels/{conversationId}/subscription")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        // A malformed id is nobody's, and names no document.
        if (conversationId != ConversationId.None
            && await store.LeaveAsync(user.Id, conversationId, cancellationToken) is { State: SubscriptionState.Left } ended)
        {
            await groups.TryLeaveAsync(user.Id, conversationId, cancellationToken);
            var view = SubscriptionView.Of(ended);
            await push.PushToUserAsync(user.Id, SubscriptionView.Updated, conversationId, view, null, cancellationToken);
        }

        return Results.NoContent();
    }
}
