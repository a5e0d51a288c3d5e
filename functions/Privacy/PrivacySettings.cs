using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Privacy;

/// <summary>
/// What a user lets others see, in the user's partition. It is mutual: a user who hides something doesn't see it of others.
/// </summary>
public sealed record PrivacySettings
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "settings";

    [JsonPropertyOrder(-2)]
    public string Type => "settings";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>Whether others see how far the user has read.</summary>
    public bool ReadReceipts { get; init; } = true;

    /// <summary>Whether others see that the user is online, and when they were last seen.</summary>
    public bool Presence { get; init; } = true;

    /// <summary>Raised by every write, which tells the newer of two copies; 0 before the first.</summary>
    public long Version { get; init; }
}

/// <summary>The caller's own privacy settings.</summary>
internal sealed record PrivacyView(bool ReadReceipts, bool Presence)
{
    public static PrivacyView Of(PrivacySettings settings) => new(settings.ReadReceipts, settings.Presence);
}
