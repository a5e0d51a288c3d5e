using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>One version of a document, as stored and as answered. Nothing of it changes.</summary>
internal sealed class Item
{
    private const int FixedHeadSize = 22;

    private readonly int _bodyAt;
    private byte[][] _keys = [];

    private Item(long number, string id, byte[] stored, int bodyAt, ContainerDefinition definition)
    {
        Number = number;
        Id = id;
        Stored = stored;
        _bodyAt = bodyAt;
        Version = BinaryPrimitives.ReadInt64LittleEndian(stored);
        Timestamp = BinaryPrimitives.ReadInt64LittleEndian(stored.AsSpan(8));
        var ttl = BinaryPrimitives.ReadInt32LittleEndian(stored.AsSpan(16));
        ExpiresAt = definition.ExpiryOf(Timestamp, ttl == 0 ? null : ttl);
    }

    /// <summary>The document's number: its row in the store, the last part of its resource id, and its place in a scan.</summary>
    public long Number { get; }

    public string Id { get; }

    /// <summary>The log sequence number of the write, and in the low byte its place in the batch: the order of the change feed.</summary>
    public long Version { get; }

    /// <summary>When it was written, in Unix seconds.</summary>
    public long Timestamp { get; }

    /// <summary>When it vanishes, in Unix seconds.</summary>
    public long ExpiresAt { get; }

    /// <summary>The row: version, time of the write, own time to live (0 for none), id, body.</summary>
    public byte[] Stored { get; }

    public long Lsn => Version >> 8;

    public ReadOnlyMemory<byte> Body => Stored.AsMemory(_bodyAt);

    /// <summary>About what it takes in memory.</summary>
    public long Size => 250 + Stored.Length + (2 * Id.Length);

    /// <summary>A new version, whose body is written by the caller.</summary>
    public static Item New(
        long number, string id, long version, long timestamp, int? ttl, int bodyLength, ContainerDefinition definition, out Span<byte> body)
    {
        var idLength = Encoding.UTF8.GetByteCount(id);
        var stored = new byte[FixedHeadSize + idLength + bodyLength];
        BinaryPrimitives.WriteInt64LittleEndian(stored, version);
        BinaryPrimitives.WriteInt64LittleEndian(stored.AsSpan(8), timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(16), ttl ?? 0);
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(20), (ushort)idLength);
        Encoding.UTF8.GetBytes(id, stored.AsSpan(FixedHeadSize));
        body = stored.AsSpan(FixedHeadSize + idLength);
        return new Item(number, id, stored, FixedHeadSize + idLength, definition);
    }

    public static Item FromRow(long number, byte[] stored, ContainerDefinition definition)
    {
        var idLength = BinaryPrimitives.ReadUInt16LittleEndian(stored.AsSpan(20));
        return new Item(number, Encoding.UTF8.GetString(stored, FixedHeadSize, idLength), stored, FixedHeadSize + idLength, definition);
    }

    /// <summary>Its keys in the container's orders, which are made when they are asked for first.</summary>
    public byte[][] KeysIn(SortOrder[] orders)
    {
        if (_keys.Length < orders.Length)
        {
            using var document = JsonDocument.Parse(Body);
            _keys = Array.ConvertAll(orders, order => IndexKey.Of(order, document.RootElement, Timestamp));
        }

        return _keys;
    }

    /// <summary>The same, by the document as it was parsed for the write.</summary>
    public Item WithKeys(SortOrder[] orders, JsonElement document)
    {
        _keys = Array.ConvertAll(orders, order => IndexKey.Of(order, document, Timestamp));
        return this;
    }
}
