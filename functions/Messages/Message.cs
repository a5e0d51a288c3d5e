using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Conversations;
using Chat.Functions.Locations;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Polls;
using Chat.Functions.Previews;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Chat.Functions.Threads;

namespace Chat.Functions.Messages;

/// <summary>
/// A message as stored: a log entry, which later entries (edits, reactions) change in place. Its id is derived from the
/// <c>clientMessageId</c>, so a retried send collides with the first.
/// </summary>
public sealed record Message : LogEntry
{
    public const string Created = "message.created";

    /// <summary>The <see cref="UnsentReason"/> of what a moderator took back.</summary>
    public const string ByModerator = "moderator";

    /// <summary>The <see cref="UnsentReason"/> of what went with its sender's account.</summary>
    public const string ByErasure = "erasure";

    public override string Id => DocumentId(MessageId);

    public required MessageId MessageId { get; init; }

    /// <summary>Its number among the conversation's messages, from 1. Unread counts are differences of ordinals.</summary>
    public required long Ordinal { get; init; }

    public required UserId SenderId { get; init; }

    public required string ClientMessageId { get; init; }

    public string Kind { get; init; } = "text";

    /// <summary>Empty once the message is unsent.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// The hash of the content as first sent. It tells a retry from another message under the same <c>clientMessageId</c>, even
    /// after edits.
    /// </summary>
    public required string BodyHash { get; init; }

    /// <summary>The newest entry that changed the message; null if none has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UpdatedSeq { get; init; }

    /// <summary>The number of edits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Revision { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? EditedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? UnsentAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? UnsentBy { get; init; }

    /// <summary>
    /// Why it was taken back, unless a member did it: <see cref="ByModerator"/> or <see cref="ByErasure"/>. Which moderator isn't stored
    /// here.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UnsentReason { get; init; }

    /// <summary>Ordered by each key's first reaction; null while there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReactionSummary>? Reactions { get; init; }

    /// <summary>The message that it replies to. The quote is read when the message is shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ReplyTo { get; init; }

    /// <summary>The root message of its thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageId? ThreadId { get; init; }

    /// <summary>Its number among the replies of its thread, from 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ThreadOrdinal { get; init; }

    /// <summary>The thread that it is the root message of.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ThreadSummary? Thread { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    /// <summary>The users whom it mentioned when it was sent, if an edit has changed them; null otherwise. Lists go by these.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UserId>? MentionedFirst { get; init; }

    /// <summary>The users whom it mentioned when it was sent.</summary>
    [JsonIgnore]
    public IEnumerable<UserId> MentionedWhenSent => MentionedFirst ?? Mention.Users(Mentions);

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    /// <summary>Whether it was forwarded. From where isn't stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Forwarded { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    /// <summary>What it says of the files that it refers to, each of which has a <see cref="MediaReference"/>; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>The place that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Location? Location { get; init; }

    /// <summary>The sticker that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SentSticker? Sticker { get; init; }

    /// <summary>What the page says of itself that it links to; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LinkPreview? LinkPreview { get; init; }

    /// <summary>What it says of all files that it refers to.</summary>
    [JsonIgnore]
    public IEnumerable<Attachment> Files =>
        [.. Held?.Attachments ?? Attachments ?? [], .. LinkPreview?.Image is { } image ? [image] : Array.Empty<Attachment>()];

    /// <summary>Whether it refers to files: for a query.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasMedia => Files.Any();

    /// <summary>The host app's things that it shows; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Card>? Cards { get; init; }

    /// <summary>The keys of the cards that show something, also while it is held: for a query. Null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? CardKeys =>
        (Held?.Cards ?? Cards)?.Where(card => card.Gone is null).Select(card => card.Key).ToList() is { Count: > 0 } keys ? keys : null;

    /// <summary>The <see cref="SharedKinds"/> of what it shares, for a query; null for nothing, and while it is held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Shared { get; init; }

    /// <summary>The files that it referred to until it was taken back, or its link edited; null for none. Clients don't see them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MediaId>? Released { get; init; }

    /// <summary>The word lists that it, or an edit, was flagged by; null for none. Clients don't see them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>Its content while it is held; null otherwise. Its own text, mentions and poll are empty until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HeldContent? Held { get; init; }

    /// <summary>Whether it was held at first. Its mentions may then become known later than the message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WasHeld { get; init; }

    [JsonIgnore]
    public bool IsUnsent => UnsentAt is not null;

    /// <summary>
    /// All messages of one key share this id, one at a time. A reader that finds a document checks with <see cref="Is"/> that it
    /// is the message asked for.
    /// </summary>
    public static string DocumentId(MessageId id) => $"m:{id.Key}";

    /// <summary>Whether it is the message asked for, and not a later one under the key of a message that expired.</summary>
    public bool Is(MessageId id) => MessageId == id;

    /// <summary>A message that a command needs; null when there is none.</summary>
    public static Message? Find(in DecisionContext context, MessageId id) =>
        context.Find<Message>(DocumentId(id)) is { } found && found.Is(id) ? found : null;

    /// <summary>The tombstone that an unsent message leaves: its place in the log and in a thread, without any content.</summary>
    /// <param name="by">The member who takes it back; null where none does.</param>
    /// <param name="reason">Why, where no member does.</param>
    /// <param name="at">When.</param>
    public Message Unsent(UserId? by, string? reason, DateTimeOffset at) => WithContent(HeldContent.Empty) with
    {
        Reactions = null,
        ReplyTo = null,
        MentionedFirst = null,
        LinkPreview = null,
        Released = Files.Select(one => one.MediaId).Union(Released ?? []).ToList() is { Count: > 0 } files ? files : null,
        Revision = 0,
        EditedAt = null,
        UnsentAt = at,
        UnsentBy = by,
        UnsentReason = reason,

        // A short text can be guessed from its hash.
        BodyHash = reason == ByErasure ? "" : BodyHash,
        Flags = reason == ByErasure ? null : Flags,
    };

    /// <summary>A new message whose content only its sender sees until the host app decides.</summary>
    public Message AsHeld() => WithContent(HeldContent.Empty) with { Held = HeldContent.Of(this), WasHeld = true };

    /// <summary>
    /// The message with the content that was held, or with none: what is held and what is taken back goes by this list, and by
    /// <see cref="HeldContent.Of"/>.
    /// </summary>
    public Message WithContent(HeldContent content) => (this with
    {
        Text = content.Text,
        Mentions = content.Mentions,
        MentionsAll = content.MentionsAll,
        Poll = content.Poll,
        Attachments = content.Attachments,
        Cards = content.Cards?.Select(card => card.Gone is { } reason ? card.Without(reason) : card).ToList(),
        Location = content.Location,
        Sticker = content.Sticker,
        Held = null,
    }).WithShared();

    /// <summary>The message after its content changed.</summary>
    public Message WithShared() => this with { Shared = SharedKinds.Of(this) };

    /// <summary>What it says of a file; null when it doesn't refer to it.</summary>
    public Attachment? Find(MediaId media) => Files.FirstOrDefault(one => one.MediaId == media);

    /// <summary>The message with something else to say of one of its files.</summary>
    public Message With(Attachment attachment)
    {
        return this with
        {
            Attachments = Replaced(Attachments),
            Held = Held is null ? null : Held with { Attachments = Replaced(Held.Attachments) },
            LinkPreview = LinkPreview?.Image?.MediaId == attachment.MediaId ? LinkPreview with { Image = attachment } : LinkPreview,
        };

        List<Attachment>? Replaced(IReadOnlyList<Attachment>? all) =>
            all?.Select(one => one.MediaId == attachment.MediaId ? attachment : one).ToList();
    }

    /// <summary>The message without the preview of a link that another text doesn't have any more.</summary>
    public Message WithoutPreviewUnless(string text) =>
        LinkPreview is not { } shown || LinkPreview.LinkIn(text) == shown.Url
            ? this
            : this with { LinkPreview = null, Released = shown.Image is { } image ? [image.MediaId, .. Released ?? []] : Released };

    /// <summary>The message without what it shows of a thing that was taken down.</summary>
    public Message WithoutCard(string key) => (this with
    {
        Cards = Cards?.Select(card => card.Key == key ? card.Without(Card.Revoked) : card).ToList(),

        // The host app decides on what it was told: what is held stays as it is until then, and isn't shown.
        Held = Held is null ? null : Held with
        {
            Cards = Held.Cards?.Select(card => card.Key == key ? card with { Gone = Card.Revoked } : card).ToList(),
        },
    }).WithShared();

    /// <summary>The message as a member sees it: its sender sees what is held.</summary>
    public Message For(UserId viewer) => Held is { } held && viewer == SenderId ? WithContent(held) with { Held = held } : this;

    /// <summary>The root message after another reply in its thread.</summary>
    public Message WithReply(Message reply) =>
        this with
        {
            Thread = new(reply.ThreadOrdinal!.Value, reply.At, reply.Seq),
            UpdatedSeq = reply.Seq,
            TimeToLive = TimeToLiveAt(reply.At),
        };

    /// <summary>Whether lists show this message as the conversation's last.</summary>
    public bool IsLastOf(Head head) => head.LastMessage?.Seq == Seq;

    /// <summary>The kind of what it shows besides text; null for nothing.</summary>
    private string? KindShown =>
        Attachments?[0].Kind ?? (Location is not null ? Location.Kind : Sticker is not null ? SentSticker.Kind : null);

    /// <summary>The message as lists show it. The preview of a disappearing or unsent message is empty.</summary>
    public MessagePreview ToPreview() =>
        new(Seq, SenderId, ExpiresAt is null ? Preview.Of(Text) : "", At)
        {
            IsUnsent = IsUnsent,
            IsHeld = Held is not null,
            ExpiresAt = ExpiresAt,
            Attachment = ExpiresAt is null ? KindShown : null,
            Card = ExpiresAt is null ? Cards?[0].Type : null,
        };

    /// <summary>The entry as an event, for receivers of this view.</summary>
    public ChatEvent ToEvent(ShownMessage view) => new(Created, ConversationId, Seq, At, view);
}

/// <summary>The data of <c>message.updated</c>.</summary>
internal sealed record MessageUpdated(MessageId MessageId)
{
    /// <summary>The message in its current version. Absent when not every receiver may see it; those who may can fetch it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ShownMessage? Message { get; init; }
}

/// <summary>The data of <c>message.deleted</c>.</summary>
/// <param name="By">The member who took it back; absent when none did.</param>
internal sealed record MessageDeleted(
    MessageId MessageId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserId? By)
{
    /// <summary><see cref="Message.ByModerator"/> or <see cref="Message.ByErasure"/>; absent when a member took it back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
