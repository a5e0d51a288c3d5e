namespace Chat.Functions.Inbox;

/// <summary>What is unread for one user in one conversation, as their own devices are told.</summary>
/// <param name="Version">The entry's, as <c>/sync</c> tells it: of two states the one with the higher counts.</param>
/// <param name="ClearedSeq">What the user cleared for themselves: nothing up to here is shown any more.</param>
public sealed record UnreadState(long Version, long UnreadCount, bool MarkedUnread, long ClearedSeq)
{
    public const string Updated = "unread.updated";
}
