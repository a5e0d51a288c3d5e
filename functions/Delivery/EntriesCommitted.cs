using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>On queue <c>deliveries</c>: a closed range of a conversation's log was committed, and is to be pushed to its members.</summary>
public sealed record EntriesCommitted
{
    public const string Queue = "deliveries";

    public required ConversationId ConversationId { get; init; }

    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>Whether the change feed hands it over, in case whoever committed it couldn't.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFromFeed { get; init; }

    /// <summary>By which a reader finds at least this range; null from the change feed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Session? Session { get; init; }

    /// <summary>The head as the range left it; read when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Head? Head { get; init; }

    /// <summary>The range's entries when they fit in a message; read when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LogEntry>? Entries { get; init; }

    /// <summary>The same for whoever hands the range over, so that the queue takes it once.</summary>
    [JsonIgnore]
    public string MessageId => $"{ConversationId}:{First}-{Last}";

    public static EntriesCommitted Of(CommittedRange range)
    {
        ArgumentNullException.ThrowIfNull(range);
        return new()
        {
            ConversationId = range.Head.ConversationId,
            First = range.First,
            Last = range.Last,
            Session = range.Session,
            Head = range.Head,
            Entries = range.Entries,
        };
    }
}
