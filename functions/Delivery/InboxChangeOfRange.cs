using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>How a range moves its members' inboxes: all in the same way, and each sender's read mark to their own last message.</summary>
public sealed record InboxChangeOfRange(InboxChange Change, IReadOnlyDictionary<string, long> OwnOrdinals)
{
    public static InboxChangeOfRange Of(Head head, IReadOnlyList<LogEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var own = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var message in entries.OfType<Message>())
        {
            own[message.SenderId.Value] = message.Ordinal;
        }

        return new(InboxChange.Of(head), own);
    }

    /// <summary>Moves these members' inboxes forward, a few at a time; throws the first failure after all were tried.</summary>
    public Task ApplyAsync(InboxProjection inbox, IEnumerable<UserId> members, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            members,
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken },
            async (member, cancel) => await inbox.RaiseAsync(member, Change, cancel, OwnOrdinals.GetValueOrDefault(member.Value)));
}
