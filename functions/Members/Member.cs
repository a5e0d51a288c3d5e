using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Where a member stands.</summary>
public enum MemberState
{
    Active,
    Invited,

    /// <summary>Asked to join, and waits for an answer.</summary>
    Requested,
    Left,

    /// <summary>Taken out or turned away: comes back only by being added.</summary>
    Removed,
}

/// <summary>One user's part in a conversation: the truth about membership and about how far they have read. In the conversation's partition.</summary>
public sealed record Member : ConversationDocument
{
    public override string Id => DocumentId(UserId);

    public required UserId UserId { get; init; }

    public required MemberRole Role { get; init; }

    public required MemberState State { get; init; }

    /// <summary>The entry by which they joined, the last time; 0 while they never have.</summary>
    public long JoinedSeq { get; init; }

    /// <summary>How many messages there were when they joined: those count as read.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The first entry that they may see.</summary>
    public long VisibleFrom { get; init; } = 1;

    /// <summary>How far they have read; only rises.</summary>
    public long ReadSeq { get; init; }

    /// <summary>The ordinal of the last message at or before <see cref="ReadSeq"/>.</summary>
    public long ReadOrdinal { get; init; }

    /// <summary>How far a device of theirs has what was sent; only rises.</summary>
    public long DeliveredSeq { get; init; }

    /// <summary>How far others may know that they have read; only rises.</summary>
    public long ReceiptSeq { get; init; }

    /// <summary>The position up to which they have cleared the conversation for themselves; only rises.</summary>
    public long ClearedSeq { get; init; }

    /// <summary>The ordinal of the last message at or before <see cref="ClearedSeq"/>.</summary>
    public long ClearedOrdinal { get; init; }

    public DateTimeOffset JoinedAt { get; init; }

    /// <summary>When they asked to join; null when they don't wait for an answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>The invite link by which they asked, whose use they are; null when they don't wait for an answer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequestedLink { get; init; }

    /// <summary>The first entry that they see: since they joined, and after what they cleared.</summary>
    [JsonIgnore]
    public long FirstVisible => Math.Max(VisibleFrom, ClearedSeq + 1);

    /// <summary>The messages that they deleted for themselves; at most as many as <see cref="Limits.HiddenMessages"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? Hidden { get; init; }

    /// <summary>Whether they may see an entry of the log.</summary>
    public bool Sees(LogEntry entry) => entry.Seq >= FirstVisible && Hidden?.Contains(entry.Seq) != true;

    /// <summary>What the ids of all members begin with.</summary>
    public const string Prefix = "u:";

    public static string DocumentId(UserId user) => Prefix + user.Value;
}
