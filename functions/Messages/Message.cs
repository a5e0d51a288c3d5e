using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Chat.Functions.Threads;

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

    /// <summary>The message that it answers; what that says is read when this is shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ReplyTo { get; init; }

    /// <summary>The root of the thread that it belongs to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ThreadId { get; init; }

    /// <summary>Its number among the replies of its thread, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ThreadOrdinal { get; init; }

    /// <summary>The thread that it is the root of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThreadSummary? Thread { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    /// <summary>Whether somebody said it elsewhere before; where isn't known here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Forwarded { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    [JsonIgnore]
    public bool IsUnsent => UnsentAt is not null;

    /// <summary>The same for all messages of one key: whoever finds a document there asks <see cref="Is"/> whether it is the message meant.</summary>
    public static string DocumentId(MessageId id) => $"m:{id.Key}";

    /// <summary>Whether it is this message, and not one that took the place of one that disappeared.</summary>
    public bool Is(MessageId id) => MessageId == id;

    /// <summary>The message that a command needs; null when it isn't there.</summary>
    public static Message? Find(in DecisionContext context, MessageId id) =>
        context.Find<Message>(DocumentId(id)) is { } found && found.Is(id) ? found : null;

    /// <summary>What is left when it is taken back: that it was there, and nothing that it said. A thread goes on without its first words.</summary>
    public Message Unsent(UserId by, DateTimeOffset at) => this with
    {
        Text = "",
        Reactions = null,
        ReplyTo = null,
        Mentions = null,
        MentionsAll = false,
        Poll = null,
        Revision = 0,
        EditedAt = null,
        UnsentAt = at,
        UnsentBy = by,
    };

    /// <summary>The root of a thread as a new reply leaves it.</summary>
    public Message WithReply(Message reply) =>
        this with
        {
            Thread = new(reply.ThreadOrdinal!.Value, reply.At, reply.Seq),
            UpdatedSeq = reply.Seq,
            TimeToLive = TimeToLiveAt(reply.At),
        };

    /// <summary>Whether it is the message that lists show for its conversation.</summary>
    public bool IsLastOf(Head head) => head.LastMessage?.Seq == Seq;

    /// <summary>The message as lists show it. What disappears or was taken back shows nothing of what it says.</summary>
    public MessagePreview ToPreview() =>
        new(Seq, SenderId, ExpiresAt is null ? Preview.Of(Text) : "", At) { IsUnsent = IsUnsent, ExpiresAt = ExpiresAt };

    /// <summary>The entry as those who get this view see it.</summary>
    public ChatEvent ToEvent(MessageView view) => new(Created, ConversationId, Seq, At, view);
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
