using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A message as it is stored: a log entry whose id makes a repeated send find its first. Later entries change it in place.</summary>
public sealed record Message : LogEntry
{
    public const string Created = "message.created";

    public override string Id => DocumentId(MessageId);

    public required MessageId MessageId { get; init; }

    /// <summary>Its number among the conversation's messages alone, from 1; what unread counts are made of.</summary>
    public required long Ordinal { get; init; }

    public required UserId SenderId { get; init; }

    public required string ClientMessageId { get; init; }

    public string Kind { get; init; } = "text";

    /// <summary>Empty once the message is unsent.</summary>
    public required string Text { get; init; }

    /// <summary>The hash of what the first request said, by which a repeat with another body is told apart, also after edits.</summary>
    public required string BodyHash { get; init; }

    /// <summary>The newest entry that changed the message; null while nothing has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UpdatedSeq { get; init; }

    /// <summary>How often it was edited.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Revision { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EditedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UnsentAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UnsentBy { get; init; }

    /// <summary>In the order of each key's first; null while there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReactionSummary>? Reactions { get; init; }

    /// <summary>From when on nobody sees it; null for a message that stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    [JsonIgnore]
    public bool IsUnsent => UnsentAt is not null;

    public static string DocumentId(MessageId id) => $"m:{id.Value}";

    public bool IsExpiredAt(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>Cosmos DB counts from the last write on, so every write says anew how long is left; null for a message that stays.</summary>
    public int? TimeToLiveAt(DateTimeOffset now) => ExpiresAt is { } end ? (int)Math.Max(1, Math.Ceiling((end - now).TotalSeconds)) : null;

    /// <summary>What is left when it is taken back: that it was there, and nothing that it said.</summary>
    public Message Unsent(UserId by, DateTimeOffset at) => this with
    {
        Text = "",
        Reactions = null,
        Revision = 0,
        EditedAt = null,
        UnsentAt = at,
        UnsentBy = by,
    };

    /// <summary>Whether it is the message that lists show for its conversation.</summary>
    public bool IsLastOf(Head head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return head.LastMessage?.Seq == Seq;
    }

    /// <summary>The message as lists show it. What disappears or was taken back shows nothing of what it says.</summary>
    public MessagePreview ToPreview() =>
        new(Seq, SenderId, ExpiresAt is null ? Preview.Of(Text) : "", At) { IsUnsent = IsUnsent, ExpiresAt = ExpiresAt };

    public override ChatEvent ToEvent() => new(Created, ConversationId, Seq, At, MessageView.Of(this, null));
}

/// <summary>What <c>message.updated</c> tells.</summary>
public sealed record MessageUpdated(MessageId MessageId)
{
    /// <summary>The message as it is now; absent where not every receiver may see it: those who may ask for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageView? Message { get; init; }
}

/// <summary>What <c>message.deleted</c> tells.</summary>
public sealed record MessageDeleted(MessageId MessageId, UserId By);
