using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>On queue <c>deliveries</c>: a closed range of a conversation's log was committed, and its members are to get it.</summary>
public sealed record EntriesCommitted
{
    public const string Queue = "deliveries";

    public required ConversationId ConversationId { get; init; }

    public required long First { get; init; }

    public required long Last { get; init; }

    /// <summary>0 for a direct hand-over; n for the sweep's n-th, which looks what of the log is due and isn't delivered, whatever the range.</summary>
    public int Sweep { get; init; }

    /// <summary>Of a hand-over by the sweep: what was committed the grace before this is due.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Due { get; init; }

    /// <summary>Whether the range was pushed: only inboxes and the mark are left to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsPushed { get; init; }

    /// <summary>Whether lists and the mark are another message's: only places in the push group and the push are left to do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsListed { get; init; }

    /// <summary>Whether it is what is left of a range that was taken on before.</summary>
    [JsonIgnore]
    public bool IsRest => IsPushed || IsListed;

    /// <summary>By which a reader finds at least this range.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Session? Session { get; init; }

    /// <summary>The head as the range left it; read when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Head? Head { get; init; }

    /// <summary>The range's entries when they fit in a message; read when absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LogEntry>? Entries { get; init; }

    /// <summary>
    /// Hand-overs by the sweep have ids that no direct one uses, so that neither hides the other from duplicate detection. Its first ones are the
    /// same for all that is due at the same instant.
    /// </summary>
    [JsonIgnore]
    public string MessageId => Sweep switch
    {
        0 => $"{ConversationId}:{First}-{Last}",
        1 => $"{ConversationId}:s1@{Due?.ToUnixTimeMilliseconds()}",
        _ => $"{ConversationId}:{First}-{Last}:s{Sweep}",
    };

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

/// <summary>On queue <c>fanout</c>: entries were pushed, and members' inboxes are still to move forward.</summary>
public sealed record EntriesPushed
{
    public const string Queue = "fanout";

    public required ConversationId ConversationId { get; init; }

    /// <summary>What is delivered when all inboxes have moved; absent when this is about what was put off.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SeqRange>? Ranges { get; init; }

    /// <summary>How inboxes move; absent: to where the conversation is when this is worked on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InboxChangeOfRange? Change { get; init; }

    /// <summary>The members whose turn hasn't come, absent: everyone; the message goes on with the rest until there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? Members { get; init; }

    /// <summary>Members whose turn failed; they have it again with the last ones, so that they hold up nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? Failed { get; init; }
}
