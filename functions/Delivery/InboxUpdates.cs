using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// What a range of entries changes in single members' inboxes. Several entries for one member come to one update.
/// </summary>
/// <param name="Sent">Each sender's last message. They have read up to there.</param>
/// <param name="Mentioned">For each mentioned member the ordinal of the last message that mentions them.</param>
/// <param name="Joined">Members who joined, with the entry by which they joined last.</param>
/// <param name="Left">Users who left and aren't members now, with the entry by which they left last.</param>
/// <param name="Settings">The new title and picture; null if these entries don't change them, or a later entry did.</param>
/// <param name="SettingsSeq">The entry that changed title or picture.</param>
internal sealed record InboxUpdates(
    IReadOnlyDictionary<UserId, (long Seq, long Ordinal)> Sent,
    IReadOnlyDictionary<UserId, long> Mentioned,
    IReadOnlyDictionary<UserId, long> Joined,
    IReadOnlyDictionary<UserId, long> Left,
    ConversationSettings? Settings,
    long SettingsSeq)
{
    /// <summary>The updates of no entries.</summary>
    public static InboxUpdates None { get; } = new(
        new Dictionary<UserId, (long Seq, long Ordinal)>(),
        new Dictionary<UserId, long>(),
        new Dictionary<UserId, long>(),
        new Dictionary<UserId, long>(),
        null,
        0);

    /// <summary>The membership changes, entry by entry.</summary>
    internal IReadOnlyList<MembershipChange> Changes { get; private init; } = [];

    /// <summary>The users who have an update.</summary>
    public IReadOnlyCollection<UserId> Users { get; private init; } = [];

    public int Count => Users.Count;

    /// <summary>Whether the entries lead to commits of their own: a new group's further members join.</summary>
    public bool MayTakeLong { get; private init; }

    /// <param name="head">The conversation, at least as new as the entries.</param>
    /// <param name="entries">Entries of its log.</param>
    /// <param name="everyone">The members, at least as of the head.</param>
    /// <param name="blockedMentions">Members who block the other one of a pair, and aren't told of their mentions; null for none.</param>
    public static InboxUpdates Of(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        IReadOnlySet<(UserId Mentioned, UserId By)>? blockedMentions = null)
    {
        var isIn = head.DeletedAt is null ? everyone.ToHashSet() : [];
        var changes = MembershipChange.Of(entries, everyone);
        var (sent, mentioned) = (new Dictionary<UserId, (long Seq, long Ordinal)>(), new Dictionary<UserId, long>());
        foreach (var message in entries.OfType<Message>().OrderBy(message => message.Seq))
        {
            sent[message.SenderId] = (message.Seq, message.Ordinal);
            foreach (var user in message.MentionedWhenSent.Where(user => blockedMentions?.Contains((user, message.SenderId)) != true))
            {
                mentioned[user] = message.Ordinal;
            }
        }

        // The head knows the newest change of title and picture. An older one needs no writes: the newest one's entry is projected, too.
        var settings = head.DeletedAt is null
            ? entries.OfType<LogEvent>().FirstOrDefault(
                entry => entry.EventType == LogEvent.ConversationUpdated && entry.Seq == head.ProfileSeq)
            : null;
        var updates = new InboxUpdates(
            // Only members: the tombstone of a user who left stays as it is. Only the last of joining and leaving counts.
            Of(sent, isIn.Contains),
            Of(mentioned, isIn.Contains),
            Of(changes, change => change.Joined, isIn.Contains),
            Of(changes, change => change.Left, user => !isIn.Contains(user)),
            settings?.Data.Deserialize(ChatJson.Default.ConversationUpdated),
            settings?.Seq ?? 0)
        {
            Changes = changes,
            MayTakeLong = entries.Any(entry => entry is LogEvent { FurtherMembers: not null }),
        };
        var some = updates.Sent.Keys.Union(updates.Mentioned.Keys).Union(updates.Joined.Keys).Union(updates.Left.Keys);
        return updates with { Users = [.. some.Union(settings is null ? [] : isIn)] };
    }

    /// <summary>A member's own watermarks.</summary>
    public InboxWatermarks WatermarksOf(UserId user) => new(Sent.GetValueOrDefault(user).Ordinal, Mentioned.GetValueOrDefault(user));

    private static Dictionary<UserId, T> Of<T>(Dictionary<UserId, T> all, Predicate<UserId> isMeant) =>
        all.Where(one => isMeant(one.Key)).ToDictionary(one => one.Key, one => one.Value);

    private static Dictionary<UserId, long> Of(
        IReadOnlyList<MembershipChange> changes,
        Func<MembershipChange, IReadOnlyList<UserId>> users,
        Predicate<UserId> isMeant) =>
        changes.SelectMany(change => users(change).Select(user => (User: user, change.Entry.Seq)))
            .Where(one => isMeant(one.User))
            .GroupBy(one => one.User)
            .ToDictionary(one => one.Key, one => one.Max(last => last.Seq));
}
