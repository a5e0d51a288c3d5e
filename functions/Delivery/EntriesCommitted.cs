using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// On queue <c>deliveries</c>: a closed range of a conversation's log was committed. The consumer pushes it to the members.
/// </summary>
public sealed record EntriesCommitted
{
    public const string Queue = "deliveries";

    public required ConversationId ConversationId { get; init; }

    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>Whether the change feed enqueued it, in case the process that committed the range couldn't.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFromFeed { get; init; }

    /// <summary>The session token by which a read shows at least this range; null from the change feed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Session? Session { get; init; }

    /// <summary>The head as the range left it; if absent, the consumer reads it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Head? Head { get; init; }

    /// <summary>The range's entries if they fit in a message; if absent, the consumer reads them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LogEntry>? Entries { get; init; }

    /// <summary>Messages that the entries say were updated, as the range left them; if absent, the consumer reads them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LogEntry>? Updated { get; init; }

    /// <summary>The same from the committer and from the change feed, so that the queue's duplicate detection drops the second.</summary>
    [JsonIgnore]
    public string MessageId => $"{ConversationId}:{First}-{Last}";

    public static EntriesCommitted Of(CommittedRange range)
    {
        var named = range.Entries.OfType<LogEvent>()
            .Where(entry => entry is { EventType: LogEvent.MessageUpdated, MessageId: not null })
            .Select(entry => Message.DocumentId(entry.MessageId!.Value))
            .ToHashSet(StringComparer.Ordinal);
        IReadOnlyList<LogEntry> updated = [.. range.Changed.Where(entry => named.Contains(entry.Id))];
        return new()
        {
            ConversationId = range.Head.ConversationId,
            First = range.First,
            Last = range.Last,
            Session = range.Session,
            Head = range.Head,
            Entries = range.Entries,
            Updated = updated.Count > 0 ? updated : null,
        };
    }
}
