using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Marks of a user's own in an inbox entry, which only rise.</summary>
/// <param name="Read">The ordinal up to which they have read; 0 leaves it.</param>
/// <param name="Mentioned">The ordinal of the last message that mentions them; 0 leaves it.</param>
public readonly record struct InboxMarks(long Read, long Mentioned)
{
    /// <summary>How those that are to rise are set, and the condition under which they rise by that.</summary>
    public IEnumerable<(PatchOperation Set, string IsBehind)> Raised =>
        from mark in new[] { (Name: "readOrdinal", Ordinal: Read), (Name: "mentionedOrdinal", Ordinal: Mentioned) }
        where mark.Ordinal > 0
        select (PatchOperation.Set($"/{mark.Name}", mark.Ordinal), $"c.{mark.Name} < {mark.Ordinal}");
}
