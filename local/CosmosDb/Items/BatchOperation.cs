namespace Chat.Local.CosmosDb.Items;

/// <summary>What an operation of a batch does, in the numbers of the wire.</summary>
internal enum BatchVerb
{
    Create = 0,
    Patch = 1,
    Read = 2,
    Delete = 4,
    Replace = 5,
    Upsert = 20,
}

/// <summary>One operation of a batch as it came.</summary>
/// <param name="PartitionKey">Given in bulk requests only, where every operation has its own.</param>
internal sealed record BatchOperation(
    BatchVerb Verb,
    string? Id,
    string? PartitionKey,
    ReadOnlyMemory<byte> Body,
    string? IfMatch,
    string? IfNoneMatch,
    bool WantsNoContent);

/// <summary>How one operation of a batch ended.</summary>
internal sealed record BatchResult(
    int Status,
    int SubStatus = 0,
    string? ETag = null,
    ReadOnlyMemory<byte> Body = default,
    double Charge = 0)
{
    /// <summary>424: it would have worked, or was never tried, as another operation failed.</summary>
    public const int FailedDependency = 424;
}
