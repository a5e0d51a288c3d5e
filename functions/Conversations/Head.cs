using System.Text.Json.Serialization;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>What a conversation is between, and by that what it can do.</summary>
public enum ConversationKind
{
    /// <summary>Two people; there is one per pair.</summary>
    Direct,

    /// <summary>Up to 256 members with a title.</summary>
    Group,
}

/// <summary>What a member may do.</summary>
public enum MemberRole
{
    Owner,
    Admin,
    Member,
}

/// <summary>What members see of what was before they joined. A change holds for those who join after it.</summary>
public enum HistoryVisibility
{
    [JsonStringEnumMemberName("since-joining")]
    SinceJoining,
    All,
}

/// <summary>What happens when somebody comes by an invite link.</summary>
public enum JoinPolicy
{
    /// <summary>They are in.</summary>
    Open,

    /// <summary>The owner or an admin decides.</summary>
    Approval,
}

/// <summary>
/// A conversation's one contended document: replaced, under If-Match, by every commit to its log. At most 4 KB, so that a commit stays cheap.
/// </summary>
public sealed record Head
{
    /// <summary>The document's id in every conversation's partition.</summary>
    public const string DocumentId = "head";

    /// <summary>A bound on what every commit pays for; see docs/data-model.md.</summary>
    public const int MaxBytes = 4096;

    [JsonPropertyOrder(-2)]
    public string Type => "head";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required ConversationId ConversationId { get; init; }

    public required ConversationKind Kind { get; init; }

    /// <summary>A group's title; null for a direct conversation.</summary>
    public string? Title { get; init; }

    public required UserId CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The newest entry's number; every number from 1 to it was committed exactly once.</summary>
    public long LastSeq { get; init; }

    /// <summary>The newest message's ordinal: how many messages were ever sent.</summary>
    public long MessageCount { get; init; }

    /// <summary>The commit that wrote this version; on each of its entries too, by which a writer recognises its own after an ambiguous answer.</summary>
    public string CommitId { get; init; } = "";

    public DateTimeOffset CommittedAt { get; init; }

    public MessagePreview? LastMessage { get; init; }

    public int MemberCount { get; init; }

    /// <summary>Raised by every change of who is a member or what they may do; what is cached about members holds for one version.</summary>
    public long MembersVersion { get; init; }

    /// <summary>The newest entry by which somebody joined who doesn't see what was before; messages after it may be shown to every member.</summary>
    public long JoinedSeq { get; init; }

    /// <summary>All members while they fit in 1 KB, then null for good.</summary>
    public IReadOnlyList<HeadMember>? Members { get; init; }

    /// <summary>What those who join see of what was before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HistoryVisibility HistoryVisibility { get; init; }

    /// <summary>What an invite link is good for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JoinPolicy JoinPolicy { get; init; }

    /// <summary>After how many seconds new messages disappear, at least 5 as a commit may take 3; null keeps them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessageTtl { get; init; }

    /// <summary>When the newest messages that disappear are gone; null where the newest stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Disappearing? Disappearing { get; init; }

    /// <summary>The newest entry that changed title, description or picture; 0 while none has and there is no <see cref="GroupProfile"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long AboutSeq { get; init; }

    /// <summary>When it was deleted, from when on it is there for nobody; null while it is there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>
    /// Whether being in this conversation shows others a member's presence, receipts and typing: in a direct one only once they have written in it,
    /// so that a stranger who begins one learns nothing. Groups show those who only read as well.
    /// </summary>
    public bool Shows(UserId member) => Kind == ConversationKind.Group || Member(member) is { SentSeq: > 0 };

    /// <summary>The member's entry, when the head carries members at all.</summary>
    public HeadMember? Member(UserId user) => Members?.FirstOrDefault(member => member.UserId == user);

    /// <summary>The head once a message was sent, which is its next entry.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isReceipt">Whether its sender shows others how far they have read.</param>
    public Head With(Message message, bool isReceipt) =>
        this with
        {
            LastSeq = message.Seq,
            MessageCount = message.Ordinal,
            LastMessage = message.ToPreview(),
            Disappearing = Disappearing.With(Disappearing, message.Ordinal, message.At, message.ExpiresAt),
            Members = Kind == ConversationKind.Direct
                ? [.. Members!.Select(member => member.UserId == message.SenderId ? member.Sent(message.Seq, isReceipt) : member)]
                : Members,
        };
}

/// <summary>A member as the head and answers show them.</summary>
public sealed record HeadMember(UserId UserId, MemberRole Role)
{
    /// <summary>
    /// Their newest message in a direct conversation, up to which they have read it. It costs nothing here, where every commit writes; a
    /// group's members have it in their own documents. Answers and events don't show it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SentSeq { get; init; }

    /// <summary>The newest of those messages that they sent while they showed how far they read: others may know of it, then and later.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ShownSeq { get; init; }

    /// <summary>The member once they sent a message.</summary>
    public HeadMember Sent(long seq, bool isReceipt) => this with { SentSeq = seq, ShownSeq = isReceipt ? seq : ShownSeq };
}

/// <summary>The newest message as lists show it.</summary>
/// <param name="Preview">At most the first 100 characters, never half a grapheme cluster.</param>
public sealed record MessagePreview(long Seq, UserId SenderId, string Preview, DateTimeOffset At)
{
    /// <summary>Whether it was taken back, so that there is nothing to show.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnsent { get; init; }

    /// <summary>When it disappears; the preview of such a message is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }
}
