using Chat.Functions.Inbox;

namespace Chat.Functions.Conversations;

/// <summary>Which of a user's conversations a list shows.</summary>
/// <param name="Condition">What an index can tell of it, as a condition of the query.</param>
/// <param name="Shows">All of it.</param>
internal sealed record ConversationFilter(string Condition, Predicate<InboxEntry> Shows)
{
    /// <summary>What a list shows that no filter is asked for.</summary>
    public static readonly ConversationFilter Default = new("", entry => entry.IsListed);

    public static readonly IReadOnlyDictionary<string, ConversationFilter> ByName = new Dictionary<string, ConversationFilter>(StringComparer.Ordinal)
    {
        ["unread"] = new("", entry => entry.IsListed && entry.IsUnread),
        ["pinned"] = new(" AND c.pinned = true", entry => entry.IsListed && entry.Pinned),
        ["archived"] = new(" AND c.archivedOrdinal >= 0", entry => !entry.IsLeft && entry.IsArchived),
        ["all"] = new("", entry => !entry.IsLeft),
    };
}
