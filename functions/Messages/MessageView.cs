using System.Buffers;
using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Locations;
using Chat.Functions.Media;
using Chat.Functions.Polls;
using Chat.Functions.Previews;
using Chat.Functions.Reactions;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Chat.Functions.Threads;

namespace Chat.Functions.Messages;

/// <summary>A message as clients see it. Of two versions the one with the higher <see cref="UpdatedSeq"/> is the newer.</summary>
/// <param name="Seq">Its place in the conversation's log.</param>
/// <param name="Ordinal">Its number among the conversation's messages.</param>
/// <param name="ClientMessageId">Absent for all but the sender where it could say something.</param>
/// <param name="Kind"><c>text</c> or <c>poll</c>.</param>
/// <param name="Text">1 to 4,000 Unicode scalar values, exactly as sent; empty once unsent.</param>
/// <param name="At">When it was committed.</param>
/// <param name="UpdatedSeq">The newest log entry that changed it; its own <paramref name="Seq"/> at first.</param>
/// <param name="Revision">The number of edits.</param>
/// <param name="Reactions">Ordered by each key's first reaction.</param>
public sealed record MessageView(
    MessageId MessageId,
    ConversationId ConversationId,
    long Seq,
    long Ordinal,
    UserId SenderId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientMessageId,
    string Kind,
    string Text,
    DateTimeOffset At,
    long UpdatedSeq,
    int Revision,
    IReadOnlyList<ReactionSummary> Reactions) : ShownMessage
{
    /// <summary>Of these are ids, and hardly any words. UUIDs have no others.</summary>
    private static readonly SearchValues<char> Wordless = SearchValues.Create("0123456789abcdefABCDEF-");

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EditedAt { get; init; }

    /// <summary>When it was unsent, which removes its content; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UnsentAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UnsentBy { get; init; }

    /// <summary><c>moderator</c> when a moderator took it back; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UnsentReason { get; init; }

    /// <summary>When it disappears; absent when it stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The message that it replies to, as far as the viewer may see it; absent when it is no reply.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QuoteView? ReplyTo { get; init; }

    /// <summary>The root message of its thread; absent outside of threads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ThreadId { get; init; }

    /// <summary>Its number among its thread's replies, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ThreadOrdinal { get; init; }

    /// <summary>The thread that it is the root message of; absent while that has no replies.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThreadSummary? Thread { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Forwarded { get; init; }

    /// <summary>Whether the host app is still to decide on it. Until then only the sender sees what it says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Held { get; init; }

    /// <summary>A poll's options and votes; its question is <see cref="Text"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    /// <summary>Of a channel's post: of which version its reactions and votes are, and how many followers have read it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShownCounts? Counts { get; init; }

    /// <summary>The id that a message's sender chose, as a viewer sees it, or everybody does; null where it could say something.</summary>
    public static string? ClientMessageIdFor(UserId? viewer, Message message) =>
        viewer == message.SenderId || !message.ClientMessageId.AsSpan().ContainsAnyExcept(Wordless) ? message.ClientMessageId : null;

    /// <summary>What it shows besides; absent for nothing. Their addresses are asked for by <c>POST /media/urls</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>The host app's things that it shows; absent for none. What a viewer may see now, <c>POST /cards/unfurl</c> says.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Card>? Cards { get; init; }

    /// <summary>The place that it shows; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Location? Location { get; init; }

    /// <summary>The sticker that it shows; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SentSticker? Sticker { get; init; }

    /// <summary>What the page says of itself that its first link leads to; absent for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LinkPreview? LinkPreview { get; init; }

    /// <summary>The view of a stored message, without quote and without what only its sender or the viewer sees.</summary>
    public static MessageView Of(Message message) =>
        new(
            message.MessageId,
            message.ConversationId,
            message.Seq,
            message.Ordinal,
            message.SenderId,
            ClientMessageIdFor(null, message),
            message.Kind,
            message.Text,
            message.At,
            message.UpdatedSeq ?? message.Seq,
            message.Revision,
            message.Reactions ?? [])
        {
            EditedAt = message.EditedAt,
            UnsentAt = message.UnsentAt,
            UnsentBy = message.UnsentBy,
            UnsentReason = message.UnsentReason,
            ExpiresAt = message.ExpiresAt,
            ThreadId = message.ThreadId,
            ThreadOrdinal = message.ThreadOrdinal,
            Thread = message.Thread,
            Mentions = message.Mentions,
            MentionsAll = message.MentionsAll,
            Forwarded = message.Forwarded,
            Held = message.Held is not null,
            Poll = message.Poll,
            Attachments = message.Attachments,
            Cards = message.Cards,
            Location = message.Location,
            Sticker = message.Sticker,
            LinkPreview = message.LinkPreview,
        };
}
