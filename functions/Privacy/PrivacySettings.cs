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

    /// <summary>Who may begin a direct conversation with the user; null while they never chose.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Audience? WhoCanMessage { get; init; }

    /// <summary>Who may add the user to a group without being asked; null while they never chose.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Audience? WhoCanAdd { get; init; }

    /// <summary>Whether there is, or ever was, a block between the user and somebody, either way. Others need no look for any.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasBlocks { get; init; }

    /// <summary>Raised by every write, which tells the newer of two copies; 0 before the first.</summary>
    public long Version { get; init; }
}

/// <summary>Whom a setting admits, by how they and the user follow each other.</summary>
public enum Audience
{
    Everyone,

    /// <summary>Those who follow the user and whom the user follows.</summary>
    Friends,

    /// <summary>Those whom the user follows.</summary>
    Following,
    NoOne,
}

/// <summary>The caller's own privacy settings.</summary>
internal sealed record PrivacyView(bool ReadReceipts, bool Presence)
{
    /// <summary>Absent while the caller never chose.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Audience? WhoCanMessage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Audience? WhoCanAdd { get; init; }

    public static PrivacyView Of(PrivacySettings settings) =>
        new(settings.ReadReceipts, settings.Presence) { WhoCanMessage = settings.WhoCanMessage, WhoCanAdd = settings.WhoCanAdd };
}
