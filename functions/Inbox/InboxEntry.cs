using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>
/// One conversation in one user's list, in the user's partition. It holds a projection of the conversation's log, which can be rebuilt, and
/// the user's own settings, which last until their membership ends.
/// </summary>
/// <remarks>The projection's watermarks only rise, so late and repeated changes do nothing. docs/data-model.md lists the fields.</remarks>
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

    /// <summary>The other user of a direct conversation; null for groups.</summary>
    public UserId? Peer { get; init; }

    /// <summary>What every message changes, in one field: each operation of a patch adds to its price.</summary>
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
    /// The entry of the log by which the user joined last. Their earlier settings are gone. Null in documents older than this field.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? JoinedSeq { get; init; }

    /// <summary>Whether the user sees what was said before they joined.</summary>
    public bool SeesEarlier { get; init; }

    /// <summary>How many messages were sent before the user joined.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has read (watermark). Their own sends raise it too.</summary>
    public long ReadOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has cleared the conversation for themselves (watermark).</summary>
    public long ClearedOrdinal { get; init; }

    /// <summary>The ordinal of the last message that mentions the user. Mentions count in muted conversations too.</summary>
    public long MentionedOrdinal { get; init; }

    /// <summary>The last message that the user deleted for themselves. Their list doesn't show it as the newest.</summary>
    public long HiddenSeq { get; init; }

    /// <summary>The ordinals of messages that the user deleted for themselves unread; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? HiddenOrdinals { get; init; }

    /// <summary>
    /// The list's sort key: the instant of the last activity, then the conversation's id, which breaks ties. Null once the user has left,
    /// so that no list finds it.
    /// </summary>
    public required string? Activity { get; init; }

    /// <summary>When the user's membership in the push group ends, in Unix seconds; 0 if unknown, null for direct conversations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PushUntil { get; init; }

    /// <summary>The sequence number up to which the user has cleared the conversation for themselves.</summary>
    public long ClearedSeq { get; init; }

    /// <summary>
    /// The number of messages when the user marked the conversation as unread; null if they didn't, or have read since. Their own later
    /// message raises <see cref="ReadOrdinal"/> above it, which clears the flag without a write.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? MarkedUnreadOrdinal { get; init; }

    /// <summary>Whether the user has marked the conversation as unread, and hasn't read since.</summary>
    [JsonIgnore]
    public bool MarkedUnread => MarkedUnreadOrdinal >= ReadOrdinal;

    /// <summary>When the user's mute ends; null when it isn't muted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? MutedUntil { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pinned { get; init; }

    /// <summary>A message with a higher ordinal brings the conversation back from the archive; null when it isn't archived.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ArchivedOrdinal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Draft? Draft { get; init; }

    /// <summary>
    /// Of a direct conversation: the version of the restriction by which it was taken off the user's list, or put back; null for none. An
    /// older one does neither.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RestrictVersion { get; init; }

    /// <summary>Rises with every write that clients can see. By it they tell which of two copies is newer.</summary>
    public long Version { get; init; } = 1;

    // Computed, so that the next message brings it back without a write.
    [JsonIgnore]
    public bool IsArchived => ArchivedOrdinal >= LastOrdinal;

    /// <summary>The address of the group's picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>The entry that last changed title or picture; 0 while they are as created.</summary>
    [JsonPropertyName("aboutSeq")]
    public long ProfileSeq { get; init; }

    /// <summary>
    /// Whether the user has left, or restricts the other one of a direct conversation: the entry is a tombstone, which their devices sync.
    /// </summary>
    [JsonIgnore]
    public bool IsTombstone => Activity is null;

    /// <summary>
    /// Whether the entry is of the membership that began by an entry of the log, or of a later one. A join takes two patches: between them
    /// the entry is still the tombstone of the membership before.
    /// </summary>
    public bool IsSince(long joinedSeq) =>
        JoinedSeq is { } joined ? joined >= joinedSeq && !(IsTombstone && LastSeq < joined) : !IsTombstone;

    [JsonIgnore]
    public bool IsListed => !IsTombstone && !IsArchived;

    /// <summary>When Cosmos DB stored this, by its clock, in Unix seconds.</summary>
    [JsonPropertyName("_ts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StoredAt { get; init; }

    [JsonIgnore]
    public DateTimeOffset ActivityAt => Activity is null
        ? default
        : DateTimeOffset.Parse(
            Activity.AsSpan(0, Activity.IndexOf('|', StringComparison.Ordinal)),
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The last message, if the user's list may show it; as a stub if the user blocks its sender.</summary>
    /// <param name="now">The instant for expiry.</param>
    /// <param name="blocked">Whom of <see cref="Speakers"/> the user blocks.</param>
    public MessagePreview? ShownMessage(DateTimeOffset now, IReadOnlySet<UserId> blocked) =>
        LastMessage is not { } last || last.Seq <= ClearedSeq || last.Seq == HiddenSeq || last.ExpiresAt <= now ? null
        : last.Seq < JoinedSeq && !SeesEarlier ? null
        : IsFromBlocked(last.SenderId, blocked) ? last.ToHidden()
        : last;

    /// <summary>Those of a group whose words the list may show: who sent the last message, and who mentioned everyone last.</summary>
    [JsonIgnore]
    public IEnumerable<UserId> Speakers => Kind != ConversationKind.Direct
        ? new[] { LastMessage?.SenderId, Last.MentionAllBy }.OfType<UserId>()
        : [];

    public static string DocumentId(ConversationId conversation) => $"inbox:{conversation.Value}";

    /// <summary>No message up to this ordinal is unread: it was read or cleared, or is from before the user joined.</summary>
    [JsonIgnore]
    public long SeenOrdinal => Math.Max(ReadOrdinal, Math.Max(JoinedOrdinal, ClearedOrdinal));

    /// <summary>How many messages the user can see and hasn't read. It is computed: stored numbers only rise, and this one falls.</summary>
    public long UnreadCount(DateTimeOffset now) => Unread(LastOrdinal, Disappearing, now);

    /// <summary>
    /// The unread count by a head that may be ahead of the entry. The sender of the last message has read everything, even if their own
    /// watermark isn't projected yet.
    /// </summary>
    public long UnreadOf(Head head, DateTimeOffset now)
    {
        return head.LastMessage?.SenderId == UserId ? 0 : Unread(head.MessageCount, head.Disappearing, now);
    }

    public bool IsUnread(DateTimeOffset now) => MarkedUnread || UnreadCount(now) > 0;

    /// <summary>Whether an unread message that the user can see mentions them.</summary>
    /// <param name="now">The instant for expiry.</param>
    /// <param name="blocked">Whom of <see cref="Speakers"/> the user blocks.</param>
    public bool IsMentioned(DateTimeOffset now, IReadOnlySet<UserId> blocked) =>
        IsMentioned(MentionedOrdinal, now) || (!IsFromBlocked(Last.MentionAllBy, blocked) && IsMentioned(Last.MentionAllOrdinal, now));

    private bool IsFromBlocked(UserId? speaker, IReadOnlySet<UserId> blocked) =>
        Kind != ConversationKind.Direct && speaker is { } user && blocked.Contains(user);

    private bool IsMentioned(long ordinal, DateTimeOffset now) =>
        ordinal > SeenOrdinal && Disappearing?.IsGone(ordinal, now) != true && HiddenOrdinals?.Contains(ordinal) != true;

    /// <summary>The entry after the user has deleted a message for themselves.</summary>
    public InboxEntry WithHidden(long seq, long ordinal)
    {
        // Only unread messages are listed: a read one isn't counted anyway, so the list stays short.
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
        var hidden = HiddenOrdinals?.Count(
            ordinal => ordinal > SeenOrdinal && ordinal <= last && disappearing?.IsGone(ordinal, now) != true) ?? 0;

        // Below 0 when the read watermark is ahead of an entry that isn't advanced yet.
        return Math.Max(0, last - SeenOrdinal - gone - hidden);
    }

    public bool IsMuted(DateTimeOffset now) => MutedUntil > now;
}

/// <summary>The state of a conversation to which an inbox entry was advanced last.</summary>
/// <param name="Seq">The newest entry that lists show.</param>
/// <param name="Ordinal">The newest message's ordinal.</param>
/// <param name="Message">The newest message; null while there is none, and in tombstones.</param>
/// <param name="MemberCount">The number of members.</param>
public sealed record InboxLast(long Seq, long Ordinal, MessagePreview? Message, int MemberCount)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Disappearing? Disappearing { get; init; }

    /// <summary>The ordinal of the newest message that mentions everyone; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long MentionAllOrdinal { get; init; }

    /// <summary>Who sent that message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? MentionAllBy { get; init; }
}

/// <summary>A text that a user has begun and not sent, shared by their devices.</summary>
public sealed record Draft(string Text);
