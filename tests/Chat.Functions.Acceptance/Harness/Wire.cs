namespace Chat.Functions.Acceptance.Harness;

// What the API answers, as a client would write it down: not the app's own types, so that a change of those shows.

internal sealed record MessageJson(
    string MessageId,
    string ConversationId,
    long Seq,
    long Ordinal,
    string SenderId,
    string ClientMessageId,
    string Kind,
    string Text,
    DateTimeOffset At);

internal sealed record MessagesJson(IReadOnlyList<MessageJson> Messages, long FromSeq, long ToSeq, bool HasMore);

internal sealed record MemberJson(string UserId, string Role);

internal sealed record ConversationJson(
    string ConversationId,
    string Kind,
    string? Title,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    long LastSeq,
    long MessageCount,
    int MemberCount,
    IReadOnlyList<MemberJson> Members,
    long UnreadCount,
    PreferencesJson Preferences,
    bool MarkedUnread,
    long ClearedSeq);

internal sealed record PreviewJson(long Seq, string SenderId, string Preview, DateTimeOffset At);

internal sealed record SummaryJson(
    string ConversationId,
    string Kind,
    string? Title,
    string? Peer,
    int MemberCount,
    long LastSeq,
    long UnreadCount,
    PreviewJson? LastMessage,
    DateTimeOffset ActivityAt,
    PreferencesJson Preferences,
    bool MarkedUnread,
    long ClearedSeq,
    bool IsMentioned);

internal sealed record SummariesJson(IReadOnlyList<SummaryJson> Conversations, string? Continuation);

internal sealed record DraftJson(string Text);

internal sealed record PreferencesJson(DateTimeOffset? MutedUntil, bool Pinned, bool Archived, DraftJson? Draft);

internal sealed record UnreadJson(int Conversations, long Messages, bool More);

internal sealed record SyncJson(bool Resnapshot, IReadOnlyList<SyncItemJson> Items, string Cursor, bool HasMore);

internal sealed record SyncItemJson(
    string ConversationId,
    long Version,
    bool Left,
    SummaryJson? Conversation,
    PositionsJson? Newest,
    bool Limited);

internal sealed record PositionsJson(long FromSeq, long ToSeq);
