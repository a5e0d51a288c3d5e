using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>What became of a request that isn't accepted.</summary>
public enum RequestState
{
    Pending,

    /// <summary>Its sender doesn't learn it.</summary>
    Declined,
}

/// <summary>A request of a user to write to the other of a direct conversation, on its head until it is accepted.</summary>
/// <param name="By">Who asks.</param>
public sealed record ContactRequest(UserId By, RequestState State)
{
    /// <summary>When its one message was sent; null before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>Whether its sender has to wait, whatever became of it.</summary>
    public bool IsSentWithin(TimeSpan window, DateTimeOffset now) => SentAt + window > now;
}
