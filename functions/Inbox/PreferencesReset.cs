using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>
/// Resets the settings of a user's inbox entry that end with a membership: pin, mute, archive, draft and the unread flag. A user who
/// comes back begins like any new member. What they read, cleared and deleted for themselves stays so.
/// </summary>
/// <remarks>docs/protocol.md says what ends and what stays. A new setting is added here, or to what stays there.</remarks>
public static class PreferencesReset
{
    /// <summary>The reset as operations of a patch.</summary>
    public static IReadOnlyList<PatchOperation> Patch { get; } =
    [
        PatchOperation.Set("/pinned", false),
        PatchOperation.Set("/mutedUntil", (string?)null),
        PatchOperation.Set("/archivedOrdinal", (long?)null),
        PatchOperation.Set("/draft", (Draft?)null),
        PatchOperation.Set("/markedUnreadOrdinal", (long?)null),
    ];

    /// <summary>The entry after the reset.</summary>
    public static InboxEntry Apply(InboxEntry entry)
    {
        return entry with { Pinned = false, MutedUntil = null, ArchivedOrdinal = null, Draft = null, MarkedUnreadOrdinal = null };
    }
}
