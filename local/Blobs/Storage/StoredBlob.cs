namespace Chat.Local.Blobs.Storage;

/// <summary>A committed block blob, as it is kept. It never changes: a write makes another.</summary>
/// <param name="Parts">Its bytes, in order.</param>
/// <param name="HasBlocks">Whether the parts are blocks that a list committed, and not one body.</param>
internal sealed record StoredBlob(
    string Container,
    string Name,
    DateTimeOffset Created,
    DateTimeOffset Modified,
    string ETag,
    ContentHeaders Content,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<Part> Parts,
    bool HasBlocks)
{
    /// <summary>How it came from another blob; null when it didn't.</summary>
    public CopyState? Copy { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public long RecordId { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public long Length => Parts.Sum(part => part.Length);
}

/// <summary>The headers with which a blob is served; null where there is none.</summary>
/// <param name="Md5">In Base64.</param>
internal sealed record ContentHeaders(
    string Type, string? Encoding, string? Language, string? Disposition, string? CacheControl, string? Md5);

/// <summary>Bytes of a blob.</summary>
/// <param name="File">The name in the byte store; several blobs share it after a copy.</param>
/// <param name="Block">The block's id in Base64; empty of a body that came as a whole.</param>
internal sealed record Part(string File, long Length, string Block);

/// <summary>The copy that made a blob.</summary>
internal sealed record CopyState(string Id, string Source, DateTimeOffset Completed, long Length);

/// <summary>A block that no list has committed yet.</summary>
internal sealed record StoredBlock(string Container, string Blob, Part Part, DateTimeOffset PutAt)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long RecordId { get; init; }
}

/// <summary>A container's own properties.</summary>
internal sealed record StoredContainer(string Name, DateTimeOffset Modified, string ETag, IReadOnlyDictionary<string, string> Metadata)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public long RecordId { get; init; }
}
