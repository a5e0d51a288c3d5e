using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>
/// One conversation in one user's list, in the user's partition: a projection of the conversation's log that can be rebuilt from it. Every
/// number only rises, so late and repeated fan-outs change nothing.
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

    public int MemberCount { get; init; }

    /// <summary>The newest entry that moved this one.</summary>
    public long LastSeq { get; init; }

    /// <summary>The newest message's ordinal.</summary>
    public long LastOrdinal { get; init; }

    public MessagePreview? LastMessage { get; init; }

    /// <summary>How many messages were there before the user.</summary>
    public long JoinedOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has read; one's own sends raise it too.</summary>
    public long ReadOrdinal { get; init; }

    /// <summary>The ordinal up to which the user has cleared the conversation for themselves.</summary>
    public long ClearedOrdinal { get; init; }

    /// <summary>The ordinal of the last message that mentions the user; a mention counts in muted conversations too.</summary>
    public long MentionedOrdinal { get; init; }

    /// <summary>The last message that the user deleted for themselves; lists don't show it to them.</summary>
    public long HiddenSeq { get; init; }

    /// <summary>The list's order: the instant of the last activity, and the conversation to tell equal ones apart.</summary>
    public required string Activity { get; init; }

    /// <summary>Until when, in Unix seconds, the user is in the group's SignalR group; 0 when that isn't known, null for direct conversations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PushUntil { get; init; }

    /// <summary>Computed, never stored: what is stored only rises, a count would not.</summary>
    [JsonIgnore]
    public long UnreadCount => Unread(LastOrdinal);

    [JsonIgnore]
    public DateTimeOffset ActivityAt => DateTimeOffset.Parse(Activity.AsSpan(0, Activity.IndexOf('|', StringComparison.Ordinal)), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a message that the user hasn't read mentions them.</summary>
    [JsonIgnore]
    public bool IsMentioned => Unread(MentionedOrdinal) > 0;

    /// <summary>The last message as the user may see it in their list.</summary>
    public MessagePreview? ShownMessage(DateTimeOffset now) => LastMessage?.Seq == HiddenSeq || LastMessage?.ExpiresAt <= now ? null : LastMessage;

    public static string DocumentId(ConversationId conversation) => $"inbox:{conversation.Value}";

    /// <summary>How many of a conversation's messages the user hasn't read.</summary>
    public long Unread(long messageCount) => Math.Max(0, messageCount - Math.Max(ReadOrdinal, Math.Max(JoinedOrdinal, ClearedOrdinal)));
}
