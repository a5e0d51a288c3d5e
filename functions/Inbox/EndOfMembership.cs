using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>
/// What a membership takes with it when it ends, of all that a user set for a conversation in their own list: how they arranged it, what they
/// marked and what they drafted. Whoever comes back begins as anybody who joins. What they cleared, deleted for themselves and read stays so.
/// </summary>
/// <remarks>docs/protocol.md lists the fields; a new one of the user's own belongs here or there.</remarks>
public static class EndOfMembership
{
    /// <summary>The same as <see cref="Of"/>, as a part of a patch.</summary>
    public static IReadOnlyList<PatchOperation> Patch { get; } =
    [
        PatchOperation.Set("/pinned", false),
        PatchOperation.Set("/mutedUntil", (string?)null),
        PatchOperation.Set("/archivedOrdinal", (long?)null),
        PatchOperation.Set("/draft", (Draft?)null),
        PatchOperation.Set("/markedUnreadOrdinal", (long?)null),
    ];

    /// <summary>An entry without it.</summary>
    public static InboxEntry Of(InboxEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry with { Pinned = false, MutedUntil = null, ArchivedOrdinal = null, Draft = null, MarkedUnreadOrdinal = null };
    }
}
