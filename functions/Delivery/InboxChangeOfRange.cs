using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// How a range moves its members' inboxes: all in the same way, each sender's read mark to their own last message, and each mentioned member's
/// mark to the last message that mentions them.
/// </summary>
/// <param name="AllMentioned">The ordinal of the last message that mentions everyone; 0 for none.</param>
public sealed record InboxChangeOfRange(
    InboxChange Change,
    IReadOnlyDictionary<string, long> OwnOrdinals,
    IReadOnlyDictionary<string, long> MentionedOrdinals,
    long AllMentioned)
{
    public static InboxChangeOfRange Of(Head head, IReadOnlyList<LogEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var own = new Dictionary<string, long>(StringComparer.Ordinal);
        var mentioned = new Dictionary<string, long>(StringComparer.Ordinal);
        var all = 0L;
        foreach (var message in entries.OfType<Message>())
        {
            own[message.SenderId.Value] = message.Ordinal;
            all = message.MentionsAll ? message.Ordinal : all;
            foreach (var user in Mention.Users(message.Mentions))
            {
                mentioned[user.Value] = message.Ordinal;
            }
        }

        return new(InboxChange.Of(head), own, mentioned, all);
    }

    /// <summary>Moves these members' inboxes forward, a few at a time; throws the first failure after all were tried.</summary>
    public Task ApplyAsync(InboxProjection inbox, IEnumerable<UserId> members, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            members,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
            async (member, cancel) => await inbox.RaiseAsync(member, Change, cancel, MarksOf(member)));

    private InboxMarks MarksOf(UserId member) => new(
        OwnOrdinals.GetValueOrDefault(member.Value),
        Math.Max(AllMentioned, MentionedOrdinals.GetValueOrDefault(member.Value)));
}
