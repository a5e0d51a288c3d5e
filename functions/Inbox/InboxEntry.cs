using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>
/// One conversation in one user's list, in the user's partition: a projection of the conversation's log that can be rebuilt from it, and what
/// the user set for themselves, which only the end of a membership takes away. The projection's numbers only rise, so late and repeated fan-outs change nothing.
/// </summary>
public sealed record InboxEntry
{
    [JsonPropertyOrder(-2)]
    public string Type => "inbox";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(ConversationId);

    public required UserId UserId { get; init; }

    public required ConversationId ConversationId { get; init; }

    public required ConversationKind Kind { get; init; }

    public string? Title { get; init; }

    /// <summary>The other one of a direct conversation.</summary>
    public UserId? Peer { get; init; }

    /// <summary>What moves as one: a fan-out sets it in one operation, each of which costs as much as a small document.</summary>
    public InboxLast Last { get; init; } = new(0, 0, null, 0);

    [JsonIgnore]
    public int MemberCount
    {
        get => Last.MemberCount;
        init => Last = Last with { MemberCount = value };
    }

    [JsonIgnore]
    public long LastSeq
    {
        get => Last.Seq;
        init => Last = Last with { Seq = value };
    }

    [JsonIgnore]
    public long LastOrdinal
    {
        get => Last.Ordinal;
        init => Last = Last with { Ordinal = value };
    }

    [JsonIgnore]
    public MessagePreview? LastMessage
    {
        get => Last.Message;
        init => Last = Last with { Message = value };
    }

    [JsonIgnore]
    public Disappearing? Disappearing
    {
        get => Last.Disappearing;
        init => Last = Last with { Disappearing = value };
    }

    /// <summary>
    /// The entry of the log by which the user joined, the last time; what they set before that is gone. Null where it was written before that was
    /// noted.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? JoinedSeq { get; init; }

    /// <summary>How many messages were there before the user.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has read; one's own sends raise it too.</summary>
    public long ReadOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has cleared the conversation for themselves.</summary>
    public long ClearedOrdinal { get; init; }

    /// <summary>The ordinal of the last message that names the user; a mention counts in muted conversations too.</summary>
    public long MentionedOrdinal { get; init; }

    /// <summary>The last message that the user deleted for themselves; lists don't show it to them.</summary>
    public long HiddenSeq { get; init; }

    /// <summary>The ordinals of what the user deleted for themselves before they had read it; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? HiddenOrdinals { get; init; }

    /// <summary>
    /// The list's order: the instant of the last activity, and the conversation to tell equal ones apart. Null once the user has left, so that no
    /// list has it.
    /// </summary>
    public required string? Activity { get; init; }

    /// <summary>Until when, in Unix seconds, the user is in the group's SignalR group; 0 when that isn't known, null for direct conversations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PushUntil { get; init; }

    /// <summary>The position up to which the user has cleared the conversation for themselves.</summary>
    public long ClearedSeq { get; init; }

    /// <summary>
    /// How many messages there were when the user marked it as unread; null when they didn't, or have read it since. Their own later message
    /// raises what they have read beyond it, and ends it by that.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MarkedUnreadOrdinal { get; init; }

    /// <summary>Whether the user wants to come back to it.</summary>
    [JsonIgnore]
    public bool MarkedUnread => MarkedUnreadOrdinal >= ReadOrdinal;

    /// <summary>Until when the user wants no attention drawn to the conversation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? MutedUntil { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pinned { get; init; }

    /// <summary>The ordinal beyond which a message brings the conversation back from the archive; null when it isn't there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ArchivedOrdinal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Draft? Draft { get; init; }

    /// <summary>Raised by every write that clients see something of, so that they can tell which of two copies is newer.</summary>
    public long Version { get; init; } = 1;

    [JsonIgnore]
    public bool IsArchived => ArchivedOrdinal >= LastOrdinal;

    /// <summary>Where clients find the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>The entry that made title and picture what they are; 0 while they are as created.</summary>
    [JsonPropertyName("aboutSeq")]
    public long ProfileSeq { get; init; }

    /// <summary>Whether the user isn't in the conversation any more: what is left is a trace of it for their devices.</summary>
    [JsonIgnore]
    public bool IsLeft => Activity is null;

    /// <summary>Whether it is of the membership that began with an entry of the log, or a later one.</summary>
    public bool IsSince(long joinedSeq) => JoinedSeq is { } joined ? joined >= joinedSeq : !IsLeft;

    [JsonIgnore]
    public bool IsListed => !IsLeft && !IsArchived;

    /// <summary>When Cosmos DB stored this, by its clock, in Unix seconds.</summary>
    [JsonPropertyName("_ts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StoredAt { get; init; }

    [JsonIgnore]
    public DateTimeOffset ActivityAt => Activity is null ? default : DateTimeOffset.Parse(Activity.AsSpan(0, Activity.IndexOf('|', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The last message as the user may see it in their list.</summary>
    public MessagePreview? ShownMessage(DateTimeOffset now) => LastMessage?.Seq <= ClearedSeq || LastMessage?.Seq == HiddenSeq || LastMessage?.ExpiresAt <= now ? null : LastMessage;

    public static string DocumentId(ConversationId conversation) => $"inbox:{conversation.Value}";

    /// <summary>The messages up to here are done with: read, from before the user, or cleared.</summary>
    [JsonIgnore]
    public long SeenOrdinal => Math.Max(ReadOrdinal, Math.Max(JoinedOrdinal, ClearedOrdinal));

    /// <summary>How many messages the user hasn't read and can see. Computed, never stored: what is stored only rises, a count would not.</summary>
    public long UnreadCount(DateTimeOffset now) => Unread(LastOrdinal, Disappearing, now);

    /// <summary>The same of a conversation that may be ahead of its entry. Who wrote last has read all of it, whether their list says so yet or not.</summary>
    public long UnreadOf(Head head, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.LastMessage?.SenderId == UserId ? 0 : Unread(head.MessageCount, head.Disappearing, now);
    }

    public bool IsUnread(DateTimeOffset now) => MarkedUnread || UnreadCount(now) > 0;

    /// <summary>Whether a message that the user hasn't read, and can see, mentions them.</summary>
    public bool IsMentioned(DateTimeOffset now) => IsMentioned(MentionedOrdinal, now) || IsMentioned(Last.MentionAllOrdinal, now);

    private bool IsMentioned(long ordinal, DateTimeOffset now) =>
        ordinal > SeenOrdinal && Disappearing?.IsGone(ordinal, now) != true && HiddenOrdinals?.Contains(ordinal) != true;

    /// <summary>The entry once the user has deleted a message for themselves.</summary>
    public InboxEntry WithHidden(long seq, long ordinal)
    {
        var isCounted = ordinal > SeenOrdinal && HiddenOrdinals?.Contains(ordinal) != true;
        return this with
        {
            HiddenSeq = Math.Max(HiddenSeq, seq),
            HiddenOrdinals = isCounted ? [.. (HiddenOrdinals ?? []).Where(hidden => hidden > SeenOrdinal), ordinal] : HiddenOrdinals,
        };
    }

    private long Unread(long last, Disappearing? disappearing, DateTimeOffset now)
    {
        var gone = disappearing?.CountGone(SeenOrdinal, now) ?? 0;
        var hidden = HiddenOrdinals?.Count(ordinal => ordinal > SeenOrdinal && ordinal <= last && disappearing?.IsGone(ordinal, now) != true) ?? 0;
        return Math.Max(0, last - SeenOrdinal - gone - hidden);
    }

    public bool IsMuted(DateTimeOffset now) => MutedUntil > now;
}

/// <summary>How far a conversation had come when an entry of a list was moved last.</summary>
/// <param name="Seq">The newest entry that moved it.</param>
/// <param name="Ordinal">The newest message's.</param>
public sealed record InboxLast(long Seq, long Ordinal, MessagePreview? Message, int MemberCount)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Disappearing? Disappearing { get; init; }

    /// <summary>The ordinal of the newest message that mentions everyone; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long MentionAllOrdinal { get; init; }
}

/// <summary>A text that a user began and hasn't sent, for all their devices.</summary>
public sealed record Draft(string Text);
