using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>Pushes what is unread in a conversation to its user's own connections after they changed that; best effort.</summary>
public sealed class UnreadPush(InboxProjection inbox, OwnEntryPush push, TimeProvider time)
{
    public async Task PushAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        // The entry is read again: it has the version, and what a concurrent change made of it.
        if (await inbox.ReadAsync(user, conversation, cancellationToken) is { } entry)
        {
            var state = new UnreadView(entry.Version, entry.UnreadCount(time.GetUtcNow()), entry.MarkedUnread, entry.ClearedSeq);
            await push.PushAsync(user, conversation, UnreadView.Updated, entry.Version, state);
        }
    }
}
