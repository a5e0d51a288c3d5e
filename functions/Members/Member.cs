using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>The state of a membership.</summary>
public enum MemberState
{
    Active,
    Invited,

    /// <summary>Asked to join; an admin hasn't decided yet.</summary>
    Requested,
    Left,

    /// <summary>Removed or rejected: can return only by being added.</summary>
    Removed,

    /// <summary>Of a channel's post: has commented on it. It lets them do nothing; the channel does.</summary>
    Commented,
}

/// <summary>
/// A user's membership in a conversation, in the conversation's partition. The source of truth for membership and for read and
/// delivered watermarks.
/// </summary>
public sealed record Member : ConversationDocument
{
    public override string Id => DocumentId(UserId);

    public required UserId UserId { get; init; }

    public required MemberRole Role { get; init; }

    public required MemberState State { get; init; }

    /// <summary>The entry by which they joined most recently; 0 if they never have.</summary>
    public long JoinedSeq { get; init; }

    /// <summary>The message count when they joined. Those messages count as read.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The first entry that they may see, by the group's history setting when they joined.</summary>
    public long VisibleFrom { get; init; } = 1;

    /// <summary>Whether they see what was said before they joined.</summary>
    [JsonIgnore]
    public bool SeesEarlier => VisibleFrom < JoinedSeq;

    /// <summary>The read watermark: everything up to this entry is read. Only rises.</summary>
    public long ReadSeq { get; init; }

    /// <summary>The ordinal of the last message at or before <see cref="ReadSeq"/>.</summary>
    public long ReadOrdinal { get; init; }

    /// <summary>The delivered watermark: a device of theirs has everything up to this entry. Only rises.</summary>
    public long DeliveredSeq { get; init; }

    /// <summary>The read watermark that others may see. Only rises.</summary>
    public long ReceiptSeq { get; init; }

    /// <summary>The entry up to which they cleared the conversation for themselves. Only rises.</summary>
    public long ClearedSeq { get; init; }

    /// <summary>The ordinal of the last message at or before <see cref="ClearedSeq"/>.</summary>
    public long ClearedOrdinal { get; init; }

    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>When they sent their newest message under slow mode; null if they didn't. Slow mode counts from there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>
    /// The last entry that they saw before they left or were removed; null for members, and in documents older than this field.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LeftSeq { get; init; }

    /// <summary>When they left or were removed; null as <see cref="LeftSeq"/> is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeftAt { get; init; }

    /// <summary>When they asked to join; null unless they wait for a decision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>The invite link by which they asked to join, which counts them as a use; null unless they wait for a decision.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestedLink { get; init; }

    /// <summary>Who invited them; null unless they are invited.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? InvitedBy { get; init; }

    /// <summary>When they were invited; null unless they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? InvitedAt { get; init; }

    /// <summary>Whether they declined the invitation. They stay invited, so that members don't learn of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDeclined { get; init; }

    /// <summary>Whether they are invited and haven't answered.</summary>
    [JsonIgnore]
    public bool IsInvited => State == MemberState.Invited && !IsDeclined;

    /// <summary>The first entry that they see, by what they may see and what they cleared.</summary>
    [JsonIgnore]
    public long FirstVisible => Math.Max(VisibleFrom, ClearedSeq + 1);

    /// <summary>The <c>seq</c> of messages that they deleted for themselves; at most <see cref="Limits.HiddenMessages"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? Hidden { get; init; }

    /// <summary>Whether they see an entry of the log.</summary>
    public bool Sees(LogEntry entry) => entry.Seq >= FirstVisible && Hidden?.Contains(entry.Seq) != true;

    /// <summary>The prefix of all member documents' ids.</summary>
    public const string Prefix = "u:";

    public static string DocumentId(UserId user) => Prefix + user.Value;

    /// <summary>Whether a document's id is a member document's.</summary>
    public static bool IsDocumentId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal);
}
