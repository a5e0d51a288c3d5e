using Chat.Functions.Inbox;

namespace Chat.Functions.Conversations;

/// <summary>Which of a user's conversations a list shows.</summary>
/// <param name="Condition">The part of the filter that an index serves, as a condition of the query.</param>
/// <param name="Shows">The whole filter, at an instant.</param>
internal sealed record ConversationFilter(string Condition, Func<InboxEntry, DateTimeOffset, bool> Shows)
{
    /// <summary>The list without a filter.</summary>
    public static readonly ConversationFilter Default = new("", (entry, _) => entry.IsListed);

    public static readonly IReadOnlyDictionary<string, ConversationFilter> ByName =
        new Dictionary<string, ConversationFilter>(StringComparer.Ordinal)
        {
            ["unread"] = new("", (entry, now) => entry.IsListed && entry.IsUnread(now)),
            ["pinned"] = new(" AND c.pinned = true", (entry, _) => entry.IsListed && entry.Pinned),
            ["archived"] = new(" AND c.archivedOrdinal >= 0", (entry, _) => !entry.IsTombstone && entry.IsArchived),
            ["all"] = new("", (entry, _) => !entry.IsTombstone),
        };
}
