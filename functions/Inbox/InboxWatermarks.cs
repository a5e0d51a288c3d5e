using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>Marks of a user's own in an inbox entry, which only rise.</summary>
/// <param name="Read">The ordinal up to which they have read; 0 leaves it.</param>
/// <param name="Mentioned">The ordinal of the last message that names them; 0 leaves it.</param>
public readonly record struct InboxWatermarks(long Read, long Mentioned)
{
    /// <summary>How those that are to rise are set, and the condition under which they rise by that.</summary>
    public IEnumerable<(IReadOnlyList<PatchOperation> Set, string IsBehind)> Patches
    {
        get
        {
            if (Read > 0)
            {
                yield return ([PatchOperation.Set("/readOrdinal", Read)], $"c.readOrdinal < {Read}");
            }

            if (Mentioned > 0)
            {
                yield return ([PatchOperation.Set("/mentionedOrdinal", Mentioned)], $"c.mentionedOrdinal < {Mentioned}");
            }
        }
    }
}
