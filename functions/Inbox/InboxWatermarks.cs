using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Inbox;

/// <summary>A user's own watermarks in an inbox entry. They only rise.</summary>
/// <param name="Read">The ordinal up to which they have read; 0 leaves the stored one.</param>
/// <param name="Mentioned">The ordinal of the last message that mentions them; 0 leaves the stored one.</param>
public readonly record struct InboxWatermarks(long Read, long Mentioned)
{
    /// <summary>For each watermark that is to rise: the operations that set it, and the condition that it is lower.</summary>
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
