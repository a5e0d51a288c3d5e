using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>
/// Where a user finds a request: a message by somebody whom they don't know, or an invitation to a group. In the user's partition.
/// </summary>
/// <remarks>
/// It is written before what it points to is committed, or of what a restricted user writes by the projection afterwards. It is shown only
/// if the conversation says so: one that was left over shows nothing.
/// </remarks>
public sealed record RequestNote
{
    [JsonPropertyOrder(-2)]
    public string Type => "request";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(ConversationId);

    public required UserId UserId { get; init; }

    public required ConversationId ConversationId { get; init; }

    /// <summary>Who asks.</summary>
    public required UserId By { get; init; }

    /// <summary>The list's order: the instant, then <c>|</c> and the conversation.</summary>
    public required string RequestedAt { get; init; }

    /// <summary>Whether it says a word that its user hides, by their words when it was sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsHidden { get; init; }

    [JsonIgnore]
    public DateTimeOffset At =>
        DateTimeOffset.Parse(
            RequestedAt.AsSpan(0, RequestedAt.IndexOf('|', StringComparison.Ordinal)),
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Where what was asked at an instant is in the list.</summary>
    public static string Order(DateTimeOffset at, ConversationId conversation) => $"{TimestampConverter.ToText(at)}|{conversation}";

    public static string DocumentId(ConversationId conversation) => $"request:{conversation.Value}";
}
