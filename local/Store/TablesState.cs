namespace Chat.Local.Store;

/// <summary>How far a file of tables is: up to which commit, and which log goes on from there.</summary>
/// <param name="Store">A random number that the files of one store share.</param>
/// <param name="LastId">No number above it was given out before this commit.</param>
internal sealed record TablesState(long Store, long Generation, long Sequence, long LastId)
{
    public uint Sum => Checksum.Of(LastId, Checksum.Of(Sequence, Checksum.Of(Generation, Checksum.Of(Store))));
}

/// <summary>An entry of an index.</summary>
internal readonly record struct IndexEntry(byte[] Key, long Number);
