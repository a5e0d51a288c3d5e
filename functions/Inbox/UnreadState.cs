using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>What is unread for one user in one conversation, as their own devices are told.</summary>
/// <param name="ClearedSeq">What the user cleared for themselves: nothing up to here is shown any more.</param>
public sealed record UnreadState(long UnreadCount, bool MarkedUnread, long ClearedSeq)
{
    public const string Updated = "unread.updated";
}

/// <summary>Tells a user's devices.</summary>
internal static class UnreadPush
{
    /// <summary>Tells how a user's entry is now; best effort.</summary>
    public static async Task PushUnreadAsync(this EventPush push, InboxProjection inbox, UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        if (await inbox.ReadAsync(user, conversation, cancellationToken) is { } entry)
        {
            var state = new UnreadState(entry.UnreadCount, entry.MarkedUnread, entry.ClearedSeq);
            await push.PushToUserAsync(user, UnreadState.Updated, conversation, state, cancellationToken);
        }
    }
}
