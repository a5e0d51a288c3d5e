using System.Text.Json.Serialization;
using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Sync;

/// <summary>A page of changes of a user's list, oldest first.</summary>
/// <param name="Resnapshot">The client must discard its list and start with this page.</param>
/// <param name="Cursor">The cursor for the next call.</param>
/// <param name="HasMore">Whether there are more changes now.</param>
internal sealed record SyncPage(bool Resnapshot, IReadOnlyList<SyncItem> Items, string Cursor, bool HasMore);

/// <summary>
/// The current state of a conversation in the user's list. An item may be repeated; the highest version is the newest.
/// </summary>
/// <param name="Version">Rises with every change of the inbox entry.</param>
/// <param name="Left">A tombstone: the user isn't a member any more. All other fields are absent.</param>
/// <param name="Newest">The newest entries, up to <c>lastSeq</c>, at most as many as a page of messages covers.</param>
/// <param name="Limited">Whether there are earlier entries that the user may see.</param>
internal sealed record SyncItem(
    ConversationId ConversationId,
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Left,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConversationSummaryView? Conversation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LogPositions? Newest,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Limited)
{
    /// <summary>Whether the user follows the channel, and how. Alone in its item, whose version is apart from those of others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubscriptionView? Subscription { get; init; }

    public static SyncItem Of(Subscription subscription) =>
        new(subscription.ConversationId, subscription.Version, false, null, null, false)
        {
            Subscription = SubscriptionView.Of(subscription),
        };

    /// <param name="entry">The user's inbox entry.</param>
    /// <param name="page">The most messages on a page.</param>
    /// <param name="now">The instant for expiry.</param>
    /// <param name="blocked">Whom of its <see cref="InboxEntry.Speakers"/> the user blocks.</param>
    public static SyncItem Of(InboxEntry entry, int page, DateTimeOffset now, IReadOnlySet<UserId> blocked)
    {
        if (entry.IsTombstone)
        {
            return new(entry.ConversationId, entry.Version, true, null, null, false);
        }

        // The cleared watermark may be ahead of the entry, which is a projection.
        var from = Math.Max(Math.Min(entry.ClearedSeq, entry.LastSeq), entry.LastSeq - page) + 1;
        return new(
            entry.ConversationId,
            entry.Version,
            false,
            ConversationSummaryView.Of(entry, now, blocked),
            new(from, entry.LastSeq),
            from > entry.ClearedSeq + 1);
    }
}

/// <summary>A range of sequence numbers; empty when <paramref name="ToSeq"/> is less than <paramref name="FromSeq"/>.</summary>
internal sealed record LogPositions(long FromSeq, long ToSeq);
