namespace Chat.Functions.Inbox;

/// <summary>What is unread for one user in one conversation, as their own devices are told.</summary>
/// <param name="ClearedSeq">What the user cleared for themselves: nothing up to here is shown any more.</param>
public sealed record UnreadState(long UnreadCount, bool MarkedUnread, long ClearedSeq)
{
    public const string Updated = "unread.updated";
}
