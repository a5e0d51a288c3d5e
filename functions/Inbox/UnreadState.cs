namespace Chat.Functions.Inbox;

/// <summary>What is unread for one user in one conversation, as their own devices are told.</summary>
/// <param name="Version">The entry's version, as in <c>/sync</c>. Of two states the one with the higher version holds.</param>
/// <param name="ClearedSeq">The sequence number up to which the user cleared the conversation for themselves.</param>
public sealed record UnreadState(long Version, long UnreadCount, bool MarkedUnread, long ClearedSeq)
{
    public const string Updated = "unread.updated";
}
