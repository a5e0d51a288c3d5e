using System.Text.Json.Serialization;
using Chat.Functions.Inbox;

namespace Chat.Functions.Conversations;

/// <summary>A user's own settings for a conversation in their list. Nobody else sees them.</summary>
/// <param name="MutedUntil">Absent, or in the past, when it isn't muted.</param>
/// <param name="Archived">Hidden from the list. A new message brings it back, unless it was muted while archived.</param>
public sealed record Preferences(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? MutedUntil,
    bool Pinned,
    bool Archived,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Draft? Draft)
{
    /// <param name="entry">The user's inbox entry; null when there is none yet.</param>
    public static Preferences Of(InboxEntry? entry) =>
        new(entry?.MutedUntil, entry is { Pinned: true }, entry is { IsArchived: true }, entry?.Draft);
}

/// <summary>The preferences after a change: the answer, and the data of <c>conversation.preferences.updated</c>.</summary>
/// <param name="Version">The inbox entry's version, as in <c>/sync</c>. The higher of two versions is the newer state.</param>
internal sealed record PreferencesView(
    long Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? MutedUntil,
    bool Pinned,
    bool Archived,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Draft? Draft)
{
    public const string Updated = "conversation.preferences.updated";

    public static PreferencesView Of(InboxEntry entry)
    {
        var preferences = Preferences.Of(entry);
        return new(entry.Version, preferences.MutedUntil, preferences.Pinned, preferences.Archived, preferences.Draft);
    }
}
