namespace Chat.Functions.Inbox;

/// <summary>A user's unread state of one conversation, as pushed to their own devices.</summary>
/// <param name="Version">The entry's version, as in <c>/sync</c>. Of two states the one with the higher version holds.</param>
/// <param name="ClearedSeq">The sequence number up to which the user cleared the conversation for themselves.</param>
public sealed record UnreadView(long Version, long UnreadCount, bool MarkedUnread, long ClearedSeq)
{
    public const string Updated = "unread.updated";
}
