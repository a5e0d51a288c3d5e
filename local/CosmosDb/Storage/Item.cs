using System.Buffers.Binary;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>One version of a document, as stored and as answered. Only what has a setter changes, under the partition's lock.</summary>
internal sealed class Item
{
    public const int HeaderSize = 8;

    /// <summary>The document's number: its record in the store, the last part of its resource id, and its place in a scan.</summary>
    public required long Number { get; init; }

    public required string Id { get; init; }

    /// <summary>The log sequence number of the write, and in the low byte its place in the batch: the order of the change feed.</summary>
    public required long Version { get; init; }

    /// <summary>When it was written, in Unix seconds.</summary>
    public required long Timestamp { get; init; }

    /// <summary>When it vanishes, in Unix seconds.</summary>
    public required long ExpiresAt { get; set; }

    /// <summary>The version followed by the body: the bytes of the record.</summary>
    public required byte[] Stored { get; init; }

    /// <summary>The values at the partition's indexed paths, in the partition's order of paths.</summary>
    public SqlValue[] IndexValues { get; set; } = [];

    /// <summary>What no other item of its partition may have: its values under each unique key of the container.</summary>
    public IReadOnlyList<string> UniqueKeys { get; init; } = [];

    public long Lsn => Version >> 8;

    public ReadOnlyMemory<byte> Body => Stored.AsMemory(HeaderSize);

    public static long VersionOf(byte[] stored) => BinaryPrimitives.ReadInt64LittleEndian(stored);
}
