using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Privacy;

/// <summary>What a user lets others see of them, in the user's partition. Whoever hides something doesn't see it of others either.</summary>
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

    /// <summary>Whether others see that the user is connected, and when they were last.</summary>
    public bool Presence { get; init; } = true;

    /// <summary>Raised by every write, so that of two copies the newer is known; 0 while there was none.</summary>
    public long Version { get; init; }
}

/// <summary>The caller's own privacy settings, as asked and answered.</summary>
public sealed record PrivacyView(bool ReadReceipts, bool Presence)
{
    public static PrivacyView Of(PrivacySettings settings) => new(settings.ReadReceipts, settings.Presence);
}
