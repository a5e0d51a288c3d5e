using System.Text.Json.Serialization;
using Chat.Functions.Channels;
using Chat.Functions.Comments;
using Chat.Functions.Messages;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Streaks;

namespace Chat.Functions.Conversations;

/// <summary>The kind of a conversation, which decides what it offers.</summary>
public enum ConversationKind
{
    /// <summary>Two people; there is one per pair.</summary>
    Direct,

    /// <summary>Up to 256 members with a title.</summary>
    Group,

    /// <summary>
    /// Up to 20 members who post, and any number of followers (<see cref="Channels.Subscription"/>), who read. It has no receipts, typing
    /// and presence.
    /// </summary>
    Channel,

    /// <summary>
    /// The comments on a channel's post (<see cref="Head.CommentsOf"/>). It has no members: whoever sees the channel, and the post, reads
    /// and writes them.
    /// </summary>
    Comments,
}

/// <summary>A member's role; <see cref="Members.Rights"/> says what each may do.</summary>
public enum MemberRole
{
    Owner,
    Admin,
    Member,
}

/// <summary>Whether members see entries from before they joined. A change applies to those who join after it.</summary>
public enum HistoryVisibility
{
    [JsonStringEnumMemberName("since-joining")]
    SinceJoining,
    All,
}

/// <summary>What using an invite link leads to.</summary>
public enum JoinPolicy
{
    /// <summary>The user joins.</summary>
    Open,

    /// <summary>The user asks to join; the owner or an admin decides.</summary>
    Approval,
}

/// <summary>Who may follow a channel.</summary>
public enum ChannelVisibility
{
    /// <summary>Whoever knows its id.</summary>
    Public,

    /// <summary>Its members, and who comes by an invite link. Who follows already goes on.</summary>
    Private,
}

/// <summary>
/// The one contended document of a conversation: every commit to the log replaces it under If-Match (optimistic concurrency). At
/// most 4.25 KB, since every commit pays for its size.
/// </summary>
public sealed record Head
{
    /// <summary>The document's id in every conversation's partition.</summary>
    public const string DocumentId = "head";

    /// <summary>The bound on its size; see docs/data-model.md.</summary>
    public const int MaxBytes = 4_352;

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

    /// <summary>The sequence number of the newest entry. Every number from 1 up to it was committed exactly once.</summary>
    public long LastSeq { get; init; }

    /// <summary>
    /// The newest entry that lists show; quiet entries, such as reactions, don't change it. In heads older than this field it is
    /// <see cref="LastSeq"/>.
    /// </summary>
    public long ListSeq { get => field > 0 ? field : LastSeq; init; }

    /// <summary>The newest message's ordinal: how many messages were ever sent.</summary>
    public long MessageCount { get; init; }

    /// <summary>
    /// The commit that wrote this version. Its entries carry it too: by it a writer recognises its own commit after an ambiguous
    /// answer.
    /// </summary>
    public string CommitId { get; init; } = "";

    public DateTimeOffset CommittedAt { get; init; }

    public MessagePreview? LastMessage { get; init; }

    public int MemberCount { get; init; }

    /// <summary>Raised by every change of members or roles. Whatever is cached about members is valid for one version only.</summary>
    public long MembersVersion { get; init; }

    /// <summary>
    /// The newest entry by which somebody joined who doesn't see earlier entries. Every member may see the messages after it.
    /// </summary>
    public long JoinedSeq { get; init; }

    /// <summary>When somebody joined last, after the conversation was created; null before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastJoinedAt { get; init; }

    /// <summary>All members while they fit into 1 KB; after that null, for good.</summary>
    public IReadOnlyList<HeadMember>? Members { get; init; }

    /// <summary>What new members see of earlier entries.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HistoryVisibility HistoryVisibility { get; init; }

    /// <summary>What using an invite link leads to.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JoinPolicy JoinPolicy { get; init; }

    /// <summary>Who may follow a channel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChannelVisibility Visibility { get; init; }

    /// <summary>Seconds until a new message disappears; at least 5, since a commit may take 3. Null when messages stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MessageTtl { get; init; }

    /// <summary>
    /// Slow mode: seconds that must pass between two messages of a plain member of a group; null while it is off. Of a channel, between two
    /// comments of a follower; null for <see cref="CommentsOf.SlowMode"/>, 0 while it is off.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SlowModeSeconds { get; init; }

    /// <summary>When the newest messages expire; null when the newest one stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Disappearing? Disappearing { get; init; }

    /// <summary>
    /// The newest entry that changed title, description or picture; 0 while there is none, and so no <see cref="GroupProfile"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    [JsonPropertyName("aboutSeq")]
    public long ProfileSeq { get; init; }

    /// <summary>The ordinal of the newest message that mentions everyone; 0 while none has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long MentionAllOrdinal { get; init; }

    /// <summary>Who sent that message; null where it was sent before this was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UserId? MentionAllBy { get; init; }

    /// <summary>
    /// A request of one user to write to the other of a direct conversation; null once it is accepted, and where it needed none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContactRequest? Request { get; init; }

    /// <summary>How much was posted to a channel on the newest day with a post; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChannelPosts? Posts { get; init; }

    /// <summary>Whether a channel's posts take comments.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Comments { get; init; }

    /// <summary>The post on which these are the comments; null for every other conversation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CommentsOf? CommentsOf { get; init; }

    /// <summary>Whether what happens in it is pushed to who watches it.</summary>
    [JsonIgnore]
    public bool IsWatched => IsChannel || CommentsOf is not null;

    [JsonIgnore]
    public bool IsChannel => Kind == ConversationKind.Channel;

    /// <summary>Whether users may follow it: a channel that isn't deleted, and that somebody still posts to.</summary>
    [JsonIgnore]
    public bool HasFollowers => IsChannel && DeletedAt is null && MemberCount > 0;

    /// <summary>Whether nobody who isn't a member may follow it without an invite link.</summary>
    [JsonIgnore]
    public bool IsPrivate => Visibility == ChannelVisibility.Private;

    /// <summary>The streak of a direct conversation, and what may become one; null before the first message that counts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Streak? Streak { get; init; }

    /// <summary>Whether one user of a direct conversation blocks the other.</summary>
    [JsonIgnore]
    public bool IsBlocked => Kind == ConversationKind.Direct && Members!.Any(member => member.Blocks);

    /// <summary>Whether one of a direct conversation restricts the other.</summary>
    [JsonIgnore]
    public bool IsRestricted => Kind == ConversationKind.Direct && Members!.Any(member => member.Restricts);

    /// <summary>When it was deleted; from then on it exists for nobody. Null while it exists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>
    /// Whether this conversation shows a member's presence, receipts and typing to others. A group always does. A direct conversation
    /// does once that member has written in it, so that a stranger who opens one learns nothing. It doesn't while it is a request, or
    /// while one user blocks or restricts the other.
    /// </summary>
    public bool Shows(UserId member) => !IsBlocked && !IsRestricted && ShowsReceipts(member);

    /// <summary>
    /// Whether it shows a member's existing receipts. A block or restriction takes none back, so that they don't tell of it. While it
    /// lasts, the watermarks that the other user sees don't rise.
    /// </summary>
    public bool ShowsReceipts(UserId member) =>
        Kind == ConversationKind.Group || (Request is null && Member(member) is { SentSeq: > 0 });

    /// <summary>
    /// Whether it is a request to this user, or they restrict the other one: they have it among their requests and nowhere else.
    /// </summary>
    public bool IsRequestTo(UserId user) => (Request is { } request && request.By != user) || Restricts(user);

    /// <summary>Whether this user restricts the other one of a direct conversation.</summary>
    public bool Restricts(UserId user) => Kind == ConversationKind.Direct && Member(user) is { Restricts: true };

    /// <summary>
    /// Whether this user of a direct conversation has it among their requests: one that waits for their answer, or, where they restrict the
    /// other one, what that one wrote since they declined it.
    /// </summary>
    public bool AsksFor(UserId user) =>
        Request is { } request && request.By != user ? request is { State: RequestState.Pending, SentAt: not null }
        : Member(user) is { Restricts: true, DeclinedSeq: var declined } && (declined == 0 || Other(user)!.SentSeq > declined);

    /// <summary>The other member of a direct conversation; null for nobody's and a group's.</summary>
    public HeadMember? Other(UserId user) =>
        Kind == ConversationKind.Direct && Member(user) is not null ? Members!.First(member => member.UserId != user) : null;

    /// <summary>The head with one member of a direct conversation changed.</summary>
    public Head With(HeadMember changed) =>
        this with { Members = [.. Members!.Select(member => member.UserId == changed.UserId ? changed : member)] };

    /// <summary>The member; null for others, and when the head doesn't list members.</summary>
    public HeadMember? Member(UserId user) => Members?.FirstOrDefault(member => member.UserId == user);

    /// <summary>The head after a message was taken back: of comments, the number is on it.</summary>
    public Head WithTakenBack() =>
        CommentsOf is null ? this : this with { CommentsOf = CommentsOf with { TakenBack = CommentsOf.TakenBack + 1 } };

    /// <summary>The head after a message that a person wrote by hand: in a direct conversation that isn't a request, it counts.</summary>
    public Head WithStreak(UserId sender, DateTimeOffset now, long seq, int restores) =>
        Kind == ConversationKind.Direct && Request is null
            ? this with { Streak = (Streak ?? new()).Sent(Members![0].UserId == sender, now, seq, restores) }
            : this;

    /// <summary>The head after its next entry, a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isReceipt">Whether the sender shares read receipts.</param>
    public Head With(Message message, bool isReceipt) =>
        this with
        {
            LastSeq = message.Seq,
            MessageCount = message.Ordinal,
            MentionAllOrdinal = message.MentionsAll ? message.Ordinal : MentionAllOrdinal,
            MentionAllBy = message.MentionsAll ? message.SenderId : MentionAllBy,
            // No list shows comments.
            LastMessage = CommentsOf is null ? message.ToPreview() : null,
            Posts = IsChannel ? ChannelPosts.After(Posts, message.At) : null,
            Disappearing = Disappearing.With(Disappearing, message.Ordinal, message.At, message.ExpiresAt),
            Members = Kind == ConversationKind.Direct
                ? [.. Members!.Select(member => member.UserId == message.SenderId ? member.Sent(message.Seq, isReceipt) : member)]
                : Members,
        };
}

/// <summary>A member as the head lists them and as answers show them.</summary>
public sealed record HeadMember(UserId UserId, MemberRole Role)
{
    /// <summary>
    /// The member's newest message in a direct conversation, and so how far they have read at least. Writing it here is free,
    /// since every commit replaces the head; in groups it is in the member documents. Answers and events don't show it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long SentSeq { get; init; }

    /// <summary>
    /// The newest message that they sent while they shared read receipts. Others may know of it, even if the member stops
    /// sharing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long ShownSeq { get; init; }

    /// <summary>Whether the member blocks the other one of a direct conversation. Answers and events don't show it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Blocks { get; init; }

    /// <summary>The version of the member's block that <see cref="Blocks"/> is from; an older one never replaces it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long BlockVersion { get; init; }

    /// <summary>
    /// Whether the member restricts the other one of a direct conversation, and has it among their requests. Answers and events don't show
    /// it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Restricts { get; init; }

    /// <summary>The version of the member's restriction that <see cref="Restricts"/> is from; an older one never replaces it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long RestrictVersion { get; init; }

    /// <summary>
    /// The newest entry when the member, who restricts the other one, declined what that one wrote; 0 where they didn't. Answers and events
    /// don't show it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long DeclinedSeq { get; init; }

    /// <summary>
    /// Of a group's member who was one before: the entry by which they came back; 0 for others. Their inbox entry may still be of the
    /// membership before. Answers and events don't show it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long JoinedSeq { get; init; }

    /// <summary>The member after sending a message.</summary>
    public HeadMember Sent(long seq, bool isReceipt) => this with { SentSeq = seq, ShownSeq = isReceipt ? seq : ShownSeq };
}

/// <summary>A member, and which membership it is.</summary>
/// <param name="UserId">The member.</param>
/// <param name="JoinedSeq">The entry by which they joined last; 0 where they can't have been a member before.</param>
public readonly record struct CurrentMember(UserId UserId, long JoinedSeq);

/// <summary>The newest message as lists show it.</summary>
/// <param name="Preview">At most the first 100 characters, never half a grapheme cluster.</param>
public sealed record MessagePreview(long Seq, UserId SenderId, string Preview, DateTimeOffset At)
{
    /// <summary>Whether the sender took it back; the preview is empty then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUnsent { get; init; }

    /// <summary>Whether the host app is still to decide on it; the preview is empty until then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsHeld { get; init; }

    /// <summary>When it disappears; the preview of such a message is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The kind of its first attachment, <c>location</c> or <c>sticker</c>; null when it has none, or disappears.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Attachment { get; init; }

    /// <summary>The type of its first card; null when it has none, or disappears.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Card { get; init; }

    /// <summary>Why the viewer isn't shown it: <see cref="HiddenMessageView.Blocked"/>. Never stored.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hidden { get; init; }

    /// <summary>The message for those who block its sender.</summary>
    public MessagePreview ToHidden() => this with { Preview = "", Attachment = null, Card = null, Hidden = HiddenMessageView.Blocked };
}
