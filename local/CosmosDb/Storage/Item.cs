using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>
/// One version of a document, as stored and as answered. Of it only its time to vanish ever changes, with the container's.
/// </summary>
internal sealed class Item
{
    private const int FixedHeadSize = 22;

    private readonly int _bodyAt;
    private readonly int _ttl;
    private readonly Container _container;
    private byte[][] _keys = [];
    private byte[][]? _claims;

    private Item(long number, string id, byte[] stored, int bodyAt, Container container)
    {
        Number = number;
        Id = id;
        Stored = stored;
        _bodyAt = bodyAt;
        Version = BinaryPrimitives.ReadInt64LittleEndian(stored);
        Timestamp = BinaryPrimitives.ReadInt64LittleEndian(stored.AsSpan(8));
        _ttl = BinaryPrimitives.ReadInt32LittleEndian(stored.AsSpan(16));
        _container = container;
    }

    /// <summary>The document's number: its row in the store, the last part of its resource id, and its place in a scan.</summary>
    public long Number { get; }

    public string Id { get; }

    /// <summary>The log sequence number of the write, and in the low byte its place in the batch: the order of the change feed.</summary>
    public long Version { get; }

    /// <summary>When it was written, in Unix seconds.</summary>
    public long Timestamp { get; }

    /// <summary>When it vanishes, in Unix seconds, as the container is defined now.</summary>
    public long ExpiresAt => _container.Definition.ExpiryOf(Timestamp, _ttl == 0 ? null : _ttl);

    /// <summary>The row: version, time of the write, own time to live (0 for none), id, body.</summary>
    public byte[] Stored { get; }

    /// <summary>What no other item of its partition may have: its values under each unique key of the container.</summary>
    public byte[][] Claims => _claims ??= ReadClaims();

    public long Lsn => Version >> 8;

    public ReadOnlyMemory<byte> Body => Stored.AsMemory(_bodyAt);

    /// <summary>About what it takes in memory.</summary>
    public long Size => 250 + Stored.Length + (2 * Id.Length);

    /// <summary>A new version, whose body is written by the caller.</summary>
    public static Item New(
        long number, string id, long version, long timestamp, int? ttl, int bodyLength, Container container, out Span<byte> body)
    {
        var idLength = Encoding.UTF8.GetByteCount(id);
        var stored = new byte[FixedHeadSize + idLength + bodyLength];
        BinaryPrimitives.WriteInt64LittleEndian(stored, version);
        BinaryPrimitives.WriteInt64LittleEndian(stored.AsSpan(8), timestamp);
        BinaryPrimitives.WriteInt32LittleEndian(stored.AsSpan(16), ttl ?? 0);
        BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(20), (ushort)idLength);
        Encoding.UTF8.GetBytes(id, stored.AsSpan(FixedHeadSize));
        body = stored.AsSpan(FixedHeadSize + idLength);
        return new Item(number, id, stored, FixedHeadSize + idLength, container);
    }

    public static Item FromRow(long number, byte[] stored, Container container)
    {
        var idLength = BinaryPrimitives.ReadUInt16LittleEndian(stored.AsSpan(20));
        return new Item(number, Encoding.UTF8.GetString(stored, FixedHeadSize, idLength), stored, FixedHeadSize + idLength, container);
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
        _claims = ClaimsIn(document);
        return this;
    }

    private byte[][] ReadClaims()
    {
        if (_container.Definition.UniqueKeys.Count == 0)
        {
            return [];
        }

        using var document = JsonDocument.Parse(Body);
        return ClaimsIn(document.RootElement);
    }

    private byte[][] ClaimsIn(JsonElement document) =>
        [.. _container.Definition.UniqueKeys.Select(paths => IndexKey.OfClaim(paths, document, Timestamp))];
}
