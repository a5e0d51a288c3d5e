using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>
/// That a user declined a request or an invitation of another one, in the user's partition. While it lasts, what the other one invites them
/// to is committed as declined.
/// </summary>
public sealed record DeclinedSender
{
    [JsonPropertyOrder(-2)]
    public string Type => "declined";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(OtherUserId);

    public required UserId UserId { get; init; }

    /// <summary>Whose request it was.</summary>
    public required UserId OtherUserId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The window of requests, in seconds.</summary>
    [JsonPropertyName("ttl")]
    public required int TimeToLive { get; init; }

    public bool LastsAt(DateTimeOffset now) => At.AddSeconds(TimeToLive) > now;

    public static string DocumentId(UserId other) => $"declined:{other.Value}";
}
