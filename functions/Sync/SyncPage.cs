using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;

namespace Chat.Functions.Sync;

/// <summary>What has changed in a user's list since a cursor, oldest change first.</summary>
/// <param name="Resnapshot">What the client knows is void: it begins anew with this page.</param>
/// <param name="Cursor">Asks for what comes after this page.</param>
/// <param name="HasMore">Whether there is more to ask for at once.</param>
public sealed record SyncPage(bool Resnapshot, IReadOnlyList<SyncItem> Items, string Cursor, bool HasMore);

/// <summary>A conversation as it is now in the user's list. Items come again; the one with the highest version counts.</summary>
/// <param name="Version">Grows with every change of the conversation's entry in the list.</param>
/// <param name="Left">The user isn't a member any more; nothing else is there then.</param>
/// <param name="Newest">What one page of messages covers at least, up to the entry's <c>lastSeq</c>.</param>
/// <param name="Limited">There is log before <paramref name="Newest"/> that the user may see.</param>
public sealed record SyncItem(
    ConversationId ConversationId,
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Left,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConversationSummaryView? Conversation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LogPositions? Newest,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Limited)
{
    /// <param name="entry">The conversation in the user's list.</param>
    /// <param name="page">The most messages on a page.</param>
    /// <param name="now">At which what has expired isn't shown.</param>
    public static SyncItem Of(InboxEntry entry, int page, DateTimeOffset now)
    {
        if (entry.IsLeft)
        {
            return new(entry.ConversationId, entry.Version, true, null, null, false);
        }

        // What was cleared may be ahead of the entry.
        var from = Math.Max(Math.Min(entry.ClearedSeq, entry.LastSeq), entry.LastSeq - page) + 1;
        return new(
            entry.ConversationId,
            entry.Version,
            false,
            ConversationSummaryView.Of(entry, now),
            new(from, entry.LastSeq),
            from > entry.ClearedSeq + 1);
    }
}

/// <summary>A range of log positions; <paramref name="ToSeq"/> is less than <paramref name="FromSeq"/> when it is empty.</summary>
public sealed record LogPositions(long FromSeq, long ToSeq);
