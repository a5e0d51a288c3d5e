namespace Chat.Functions.Shared;

/// <summary>Every refusal that clients can meet, with its stable code.</summary>
public static class Problems
{
    public static readonly Problem NoToken = new(401, "token_missing", "A bearer token is needed.");
    public static readonly Problem TokenExpired = new(401, "token_expired", "The token has expired.");
    public static readonly Problem TokenInvalid = new(401, "token_invalid", "The token isn't valid here.");
    public static readonly Problem RouteNotFound = new(404, "route_not_found", "There is nothing at this address.");

    /// <summary>Not there, or not yours: the same answer.</summary>
    public static readonly Problem ConversationNotFound = new(404, "conversation_not_found", "There is no such conversation for you.");

    public static readonly Problem ClientMessageIdReused =
        new(409, "client_message_id_reused", "This clientMessageId was used for another message.");

    public static readonly Problem IdempotencyKeyReused =
        new(409, "idempotency_key_reused", "This Idempotency-Key was used for another request.");

    public static readonly Problem UnsupportedMediaType =
        new(415, "unsupported_media_type", "The body must be application/json in UTF-8, not compressed.");

    public static readonly Problem Unavailable =
        new(503, "unavailable", "This can't be done just now; try again.") { RetryAfter = TimeSpan.FromSeconds(1) };

    public static readonly Problem Unexpected = new(500, "unexpected", "Something went wrong here.");

    public static Problem MethodNotAllowed(IReadOnlyList<string> allow) =>
        new(405, "method_not_allowed", "This address doesn't take that method.") { Allow = allow };

    public static Problem Malformed(IReadOnlyList<Fault> faults) => new(400, "malformed", "The request isn't well-formed.") { Errors = faults };

    public static Problem MalformedJson(string detail) => new(400, "malformed_json", "The body isn't well-formed JSON.") { Detail = detail };

    public static Problem BodyTooLarge(int limit) =>
        new(413, "body_too_large", "The body is too large.") { Limit = new Limit("requestBody", limit) };

    public static Problem TooManyPinned(int limit) =>
        new(409, "too_many_pinned", "You have pinned as many conversations as you may.") { Limit = new Limit("pinnedConversations", limit) };

    public static Problem OutOfRange(string pointer, string detail) => Malformed([new Fault(pointer, "out_of_range", detail)]);
}
