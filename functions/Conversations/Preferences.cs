using System.Text.Json.Serialization;
using Chat.Functions.Inbox;

namespace Chat.Functions.Conversations;

/// <summary>How a user wants a conversation in their own list; nobody else sees it.</summary>
/// <param name="MutedUntil">Absent when it isn't muted; an instant that has passed means the same.</param>
/// <param name="Archived">Out of the list. A new message brings it back, but for what was muted while archived: that stays.</param>
public sealed record Preferences(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? MutedUntil,
    bool Pinned,
    bool Archived,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Draft? Draft)
{
    /// <param name="entry">Null when the user has none yet.</param>
    public static Preferences Of(InboxEntry? entry) =>
        new(entry?.MutedUntil, entry is { Pinned: true }, entry is { IsArchived: true }, entry?.Draft);
}

/// <summary>Preferences as a change left them, as the caller and their devices are told.</summary>
/// <param name="Version">The entry's, as <c>/sync</c> tells it: of two states the one with the higher counts.</param>
public sealed record PreferencesState(
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? MutedUntil,
    bool Pinned,
    bool Archived,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Draft? Draft)
{
    public const string Updated = "conversation.preferences.updated";

    public static PreferencesState Of(InboxEntry entry)
    {
        var preferences = Preferences.Of(entry);
        return new(entry.Version, preferences.MutedUntil, preferences.Pinned, preferences.Archived, preferences.Draft);
    }
}
