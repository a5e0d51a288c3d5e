namespace Chat.Local.CosmosDb.Storage;

/// <summary>What the store's indexes of Cosmos DB are by. The values stand in files.</summary>
internal static class IndexKind
{
    /// <summary>Of a partition: its documents by id.</summary>
    public const int Ids = 0;

    /// <summary>Of a partition: its documents as they were created.</summary>
    public const int Creation = 1;

    /// <summary>Of a range: its documents by version.</summary>
    public const int Feed = 2;

    /// <summary>Of a range: its partition keys.</summary>
    public const int Keys = 3;

    /// <summary>Of a container: the documents that vanish, by time.</summary>
    public const int Expiry = 4;

    /// <summary>Of a partition: its documents by the container's first unique key; the others follow, ten at most.</summary>
    public const int FirstUnique = 6;

    /// <summary>Of a partition: its documents in the first of the container's orders; the other orders follow.</summary>
    public const int FirstOrder = 16;
}
