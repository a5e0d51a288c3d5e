using Chat.Functions.Conversations;
using Chat.Functions.Realtime;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Channels;

/// <summary>Raises the read watermarks of followers, which are nobody else's to see.</summary>
public sealed class FollowerMarks(ConversationReader reader, SubscriptionStore store, PostViews views, EventPush push)
{
    /// <summary>204 with the watermark raised, if it wasn't there; the refusal for who doesn't follow.</summary>
    public async Task<IResult> MarkReadAsync(UserId user, Head head, long seq, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (await reader.ReadSubscriptionAsync(head, user, cancellationToken) is not { } before)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (seq > head.LastSeq)
        {
            return Problems.OutOfRange("/seq", "Must not be beyond the conversation's lastSeq.").ToResult();
        }

        var ordinal = await reader.OrdinalAtAsync(head, seq, cancellationToken);
        if (await store.RaiseReadAsync(before, ordinal, cancellationToken))
        {
            views.Count(user, head.ConversationId, Math.Max(before.ReadOrdinal, before.JoinedOrdinal), ordinal);
        }
        else if (!await store.RaiseReadAsync(user, head.ConversationId, ordinal, cancellationToken))
        {
            // Where another call raised it meanwhile, that one counts: some views aren't counted, and none twice.
            return Results.NoContent();
        }

        if (await store.ReadAsync(user, head.ConversationId, cancellationToken) is { } read)
        {
            var view = SubscriptionView.Of(read);
            await push.PushToUserAsync(user, SubscriptionView.Updated, head.ConversationId, view, null, cancellationToken);
        }

        return Results.NoContent();
    }
}
