namespace Chat.Functions.Shared;

/// <summary>All refusals, with their stable codes.</summary>
internal static class Problems
{
    public static readonly Problem NoToken = new(401, "token_missing", "A bearer token is needed.");
    public static readonly Problem TokenExpired = new(401, "token_expired", "The token has expired.");
    public static readonly Problem TokenInvalid = new(401, "token_invalid", "The token isn't valid here.");
    public static readonly Problem RouteNotFound = new(404, "route_not_found", "There is nothing at this address.");

    /// <summary>For conversations that don't exist and for those that aren't the caller's, so that nobody learns which.</summary>
    public static readonly Problem ConversationNotFound = new(404, "conversation_not_found", "There is no such conversation for you.");

    /// <summary>For messages that don't exist, expired, or that the caller may not see.</summary>
    public static readonly Problem MessageNotFound = new(404, "message_not_found", "There is no such message for you.");

    public static readonly Problem MemberNotFound = new(404, "member_not_found", "There is no such member.");

    /// <summary>For links that don't exist, are expired or used up, or that the caller may not use.</summary>
    public static readonly Problem InviteNotFound = new(404, "invite_not_found", "There is no such invitation for you.");

    public static readonly Problem JoinRequestNotFound = new(404, "join_request_not_found", "Nobody of that name waits to join.");

    /// <summary>Only where the caller may know that the thing exists.</summary>
    public static readonly Problem NotAllowed = new(403, "not_allowed", "You may not do that here.");

    /// <summary>For comments on the posts of a channel that doesn't take them, or not any more.</summary>
    public static readonly Problem CommentsOff = new(403, "comments_off", "This channel takes no comments.");

    /// <summary>It names neither the word nor the rule, so that nobody learns by trying.</summary>
    public static readonly Problem ContentRefused = new(422, "content_refused", "That can't be said here.");

    /// <summary>
    /// The refusal of a user who may not reach another. It is the same, byte for byte, for every reason: a block, a setting, age, or the
    /// host app.
    /// </summary>
    public static readonly Problem CannotMessage = new(403, "cannot_message", "You can't message them.");

    /// <summary>The sender or somebody who would see it is a minor. Who isn't told.</summary>

    /// <summary>A request waits for its answer. It is the same after the request was declined, and when its sender is blocked.</summary>
    public static readonly Problem RequestPending = new(403, "request_pending", "Your request isn't answered.");

    public static readonly Problem RequestNotFound = new(404, "request_not_found", "There is no such request to you.");

    public static readonly Problem Banned = new(403, "banned", "You may not use this any more.");

    /// <summary>To a user who was erased.</summary>
    public static readonly Problem AccountErased = new(403, "account_erased", "This account was deleted.");

    public static readonly Problem Suspended = new(403, "suspended", "You may read, but not write, for now.");

    public static readonly Problem CaseNotFound = new(404, "case_not_found", "There is no such case.");

    /// <summary>For decisions that don't exist and for those about others.</summary>
    public static readonly Problem DecisionNotFound = new(404, "decision_not_found", "There is no such decision about you.");

    public static readonly Problem ErasureNotFound = new(404, "erasure_not_found", "Nobody asked to erase this user.");

    /// <summary>For uploads that don't exist, were deleted, or are somebody else's.</summary>
    public static readonly Problem MediaNotFound = new(404, "media_not_found", "There is no such upload of yours.");

    /// <summary>For packs and stickers that don't exist.</summary>
    public static readonly Problem StickerNotFound = new(404, "sticker_not_found", "There is no such sticker.");

    public static readonly Problem FilesDisabled = new(403, "files_disabled", "Files can't be sent here, but photos and voice messages.");

    public static readonly Problem GifsDisabled = new(403, "gifs_disabled", "GIFs can't be searched for here.");

    public static readonly Problem MediaFailed = new(409, "media_failed", "The upload can't be shown.");

    public static readonly Problem MediaNotReady = new(409, "media_not_ready", "The upload isn't there, or isn't processed yet.");

    public static readonly Problem CardNotFound = new(404, "card_not_found", "The message has no such card.");

    public static readonly Problem ContentRevoked = new(409, "content_revoked", "What a card is of was taken down.");

    public static readonly Problem NotUploaded = new(409, "not_uploaded", "Nothing was put at the address of the upload.");

    public static readonly Problem CaseClaimed = new(409, "case_claimed", "Another moderator works on the case.");

    public static readonly Problem CaseChanged =
        new(409, "case_changed", "There was another report, appeal or decision since that version of the case.");

    public static readonly Problem CaseDecided = new(409, "case_decided", "The case is decided.");

    public static readonly Problem AlreadyAppealed = new(409, "already_appealed", "There was an appeal against that decision.");

    public static readonly Problem MessageUnsent = new(409, "message_unsent", "The message was taken back.");

    public static readonly Problem MessageHeld = new(409, "message_held", "The message is held until it is decided on.");

    public static readonly Problem StreakRunning = new(409, "streak_running", "The zone can't change while there is a streak.");

    public static readonly Problem StreakNotLost = new(409, "streak_not_lost", "There is no streak that could be restored.");

    public static readonly Problem CollectionNotFound = new(404, "collection_not_found", "There is no such collection here.");

    public static readonly Problem NotAThreadRoot = new(409, "not_a_thread_root", "The message is in a thread itself.");

    public static readonly Problem NotAPoll = new(409, "not_a_poll", "The message isn't a poll.");

    public static readonly Problem PollClosed = new(409, "poll_closed", "The poll is closed.");

    /// <summary>To the host app: erasing has begun, or is done, and can't be taken back.</summary>
    public static readonly Problem UserErased = new(409, "user_erased", "The user was erased, or is being erased.");

    public static readonly Problem AlreadySent = new(409, "already_sent", "The message was sent.");

    public static readonly Problem ClientMessageIdReused =
        new(409, "client_message_id_reused", "This clientMessageId was used for another message.");

    public static readonly Problem IdempotencyKeyReused =
        new(409, "idempotency_key_reused", "This Idempotency-Key was used for another request.");

    public static readonly Problem UnsupportedMediaType =
        new(415, "unsupported_media_type", "The body must be application/json in UTF-8, not compressed.");

    public static readonly Problem Unavailable =
        new(503, "unavailable", "This can't be done just now; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static readonly Problem Unexpected = new(500, "unexpected", "Something went wrong here.");

    /// <summary>The server couldn't read the request; with the server's status.</summary>
    public static Problem BadRequest(int status) => new(status, "bad_request", "The request can't be read.");

    /// <summary>The token is valid but has no usable user id, so signing in again won't help.</summary>
    public static Problem TokenNamesNoUser(string detail) => TokenInvalid with { Detail = detail };

    public static Problem MethodNotAllowed(IReadOnlyList<string> allow) =>
        new(405, "method_not_allowed", "This address doesn't take that method.") { Allow = allow };

    public static Problem Malformed(IReadOnlyList<Fault> faults) =>
        new(400, "malformed", "The request isn't well-formed.") { Errors = faults };

    public static Problem MalformedJson(string detail) =>
        new(400, "malformed_json", "The body isn't JSON that can be taken.") { Detail = detail };

    public static Problem BodyTooLarge(int limit) =>
        new(413, "body_too_large", "The body is too large.") { Limit = new Limit("requestBody", limit) };

    public static readonly Problem MentionsAStranger =
        Malformed([new Fault("/mentions", "not_a_member", "Must be members of the conversation.")]);

    /// <summary>Where the path may name anybody, whether or not they are known here.</summary>
    public static readonly Problem NotAUser = Malformed([new Fault("userId", "invalid_id", $"Must be {UserId.Rule}.")]);

    public static readonly Problem NotContent =
        Malformed([new Fault("contentId", "invalid_id", $"Must be {UserId.Rule}.")]);

    public static readonly Problem NotACardType = Malformed([new Fault("type", "invalid_id", "Must be 1 to 32 of a-zA-Z0-9-.")]);

    /// <summary>Where the path may name what isn't there yet.</summary>
    public static Problem NotAChosenId(string name) => Malformed([new Fault(name, "invalid_id", $"Must be {ChosenId.Rule}.")]);

    public static readonly Problem NotAnother = Malformed([new Fault("userId", "not_a_pair", "Must be another user.")]);

    public static readonly Problem SeveralSenders =
        Malformed([new Fault("/target/messageIds", "several_senders", "Must be of one sender; report others apart.")]);

    public static readonly Problem NotAReaction =
        Malformed([new Fault("key", "not_a_reaction", "Must be one emoji, or a name of 1 to 32 a-z0-9_+- between colons.")]);

    public static readonly Problem AttachmentIsAlone =
        Malformed([new Fault("/attachments", "not_both", "A voice message or a file is the only attachment.")]);

    public static Problem TooManyMembers(string limit, int value) =>
        new(409, "too_many_members", "The conversation is too large for that.") { Limit = new Limit(limit, value) };

    public static Problem LimitReached(string limit, long value) =>
        new(409, "limit_reached", "There are as many already as there can be.") { Limit = new Limit(limit, value) };

    /// <summary>Too often, or too much for a day. The limit is what the setting says.</summary>
    public static Problem RateLimited(string limit, long value, RateUse use) =>
        new(429, "rate_limited", "That was too often; try again later.")
        {
            Limit = new Limit(limit, value),
            RetryAfter = use.Wait,
            Rate = use,
        };

    /// <summary>A request has one short text.</summary>
    public static Problem NotARequest(int limit) =>
        new(403, "not_a_request", "A request is one text without links, polls, quotes and mentions.")
        {
            Limit = new Limit("requestText", limit),
        };

    /// <summary>The time window is over; the limit is in seconds.</summary>
    public static Problem TooLate(string limit, TimeSpan window) =>
        new(403, "too_late", "The time for that is over.") { Limit = new Limit(limit, (long)window.TotalSeconds) };

    public static Problem TooManyPinned(int limit) =>
        new(409, "too_many_pinned", "You have pinned as many conversations as you may.")
        {
            Limit = new Limit("pinnedConversations", limit),
        };

    public static Problem OutOfRange(string pointer, string detail) => Malformed([new Fault(pointer, "out_of_range", detail)]);
}
