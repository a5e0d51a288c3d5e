using System.Buffers.Binary;
using System.Text.Json;
using Chat.Local.CosmosDb.Sql;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>The values of a sort order as bytes that compare as the values do: by type, then by value, path after path.</summary>
/// <remarks>
/// A value is a type, and after it nothing, a byte, a double whose bits were made to sort, a rank, or text by UTF-16 units (as in an
/// ordinal comparison) with a zero at its end. No type is 0 or 255, so that <see cref="AfterAll"/> behind a value lies above all keys that
/// begin with it. Where a path descends, all bits are turned round.
/// </remarks>
internal static class IndexKey
{
    public const byte AfterAll = 0xFF;

    public static byte[] Of(SortOrder order, JsonElement document, long timestamp)
    {
        if (order.Keys is [{ Descending: false } only])
        {
            return Of(ValueAt(only.Path, document, timestamp));
        }

        return Of(order, [.. order.Keys.Select(key => ValueAt(key.Path, document, timestamp))]);
    }

    public static byte[] Of(SortOrder order, IReadOnlyList<SqlValue> values)
    {
        var key = new byte[values.Sum(SizeOf)];
        var at = 0;
        for (var i = 0; i < values.Count; i++)
        {
            var part = key.AsSpan(at, SizeOf(values[i]));
            Write(values[i], part);
            at += part.Length;
            if (order.Keys[i].Descending)
            {
                Turn(part);
            }
        }

        return key;
    }

    /// <summary>What a document claims under a unique key. A value that is missing counts as null, which is taken like any other.</summary>
    /// <remarks>https://learn.microsoft.com/azure/cosmos-db/unique-keys.</remarks>
    public static byte[] OfClaim(IReadOnlyList<JsonPath> paths, JsonElement document, long timestamp) =>
        [.. paths.Select(path => ValueAt(path, document, timestamp)).SelectMany(value => Of(value.IsDefined ? value : SqlValue.Null))];

    /// <summary>A cut through the keys by the value of the first path, which ascends: the least key that isn't below it.</summary>
    public static byte[] Of(IndexEdge edge)
    {
        var key = Of(edge.Value);
        return edge.After ? [.. key, AfterAll] : key;
    }

    /// <summary>The values of a key; of arrays and objects only where they stand.</summary>
    public static SqlValue[] Values(SortOrder order, byte[] key)
    {
        var values = new SqlValue[order.Keys.Count];
        ReadOnlySpan<byte> rest = key;
        for (var i = 0; i < values.Length; i++)
        {
            if (order.Keys[i].Descending)
            {
                var turned = rest.ToArray();
                Turn(turned);
                rest = rest[Read(turned, out values[i])..];
            }
            else
            {
                rest = rest[Read(rest, out values[i])..];
            }
        }

        return values;
    }

    public static byte[] Of(long number)
    {
        var key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, number);
        return key;
    }

    public static long NumberOf(byte[] key) => BinaryPrimitives.ReadInt64BigEndian(key);

    private static byte[] Of(in SqlValue value)
    {
        var key = new byte[SizeOf(value)];
        Write(value, key);
        return key;
    }

    /// <summary>What a version gets only when it is written has no place in an order, but for its time.</summary>
    private static SqlValue ValueAt(JsonPath path, JsonElement document, long timestamp) => path.Segments[0] switch
    {
        "_ts" when path.Segments.Count == 1 => SqlValue.Of(timestamp),
        "_ts" or "_etag" or "_rid" or "_self" or "_attachments" => SqlValue.Undefined,
        _ => SqlValue.Of(path.In(document)).ForIndex(),
    };

    private static int SizeOf(SqlValue value) => value.Type switch
    {
        SqlType.Boolean => 2,
        SqlType.Number => 9,
        SqlType.String => 2 + SizeOf(value.Text),
        >= SqlType.Array => 17,
        _ => 1,
    };

    private static int SizeOf(string text)
    {
        var size = 0;
        foreach (var unit in text)
        {
            size += unit is > '\0' and < '\u0080' ? 1 : unit < '\u0800' ? 2 : 3;
        }

        return size;
    }

    private static void Write(in SqlValue value, Span<byte> to)
    {
        to[0] = (byte)(value.Type + 1);
        switch (value.Type)
        {
            case SqlType.Boolean:
                to[1] = value.IsTrue ? (byte)1 : (byte)0;
                break;
            case SqlType.Number:
                // Adding zero turns -0 into 0. Negative numbers sort the other way round.
                var bits = BitConverter.DoubleToInt64Bits(value.Number + 0.0);
                BinaryPrimitives.WriteInt64BigEndian(to[1..], bits < 0 ? ~bits : bits | long.MinValue);
                break;
            case SqlType.String:
                Write(value.Text, to[1..]);
                break;
            case >= SqlType.Array:
                BinaryPrimitives.WriteUInt128BigEndian(to[1..], value.Rank);
                break;
        }
    }

    /// <summary>The unit 0 is 00 FF, so that it sorts behind the end of a text, which is 00.</summary>
    private static void Write(string text, Span<byte> to)
    {
        var at = 0;
        foreach (var unit in text)
        {
            switch (unit)
            {
                case '\0':
                    to[at++] = 0;
                    to[at++] = 0xFF;
                    break;
                case < '\u0080':
                    to[at++] = (byte)unit;
                    break;
                case < '\u0800':
                    to[at++] = (byte)(0xC0 | (unit >> 6));
                    to[at++] = (byte)(0x80 | (unit & 0x3F));
                    break;
                default:
                    to[at++] = (byte)(0xE0 | (unit >> 12));
                    to[at++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                    to[at++] = (byte)(0x80 | (unit & 0x3F));
                    break;
            }
        }

        to[at] = 0;
    }

    private static int Read(ReadOnlySpan<byte> from, out SqlValue value)
    {
        var type = (SqlType)(from[0] - 1);
        switch (type)
        {
            case SqlType.Boolean:
                value = SqlValue.Of(from[1] == 1);
                return 2;
            case SqlType.Number:
                var bits = BinaryPrimitives.ReadInt64BigEndian(from[1..]);
                value = SqlValue.Of(BitConverter.Int64BitsToDouble(bits < 0 ? bits & long.MaxValue : ~bits));
                return 9;
            case SqlType.String:
                var length = Read(from[1..], out string text);
                value = SqlValue.Of(text);
                return 1 + length;
            case >= SqlType.Array:
                value = SqlValue.OfRank(type, BinaryPrimitives.ReadUInt128BigEndian(from[1..]));
                return 17;
            default:
                value = SqlValue.LeastOf(type);
                return 1;
        }
    }

    private static int Read(ReadOnlySpan<byte> from, out string text)
    {
        var units = new char[from.Length];
        var (at, count) = (0, 0);
        while (from[at] != 0 || (at + 1 < from.Length && from[at + 1] == 0xFF))
        {
            var first = from[at];
            (units[count++], at) = first switch
            {
                0 => ('\0', at + 2),
                < 0x80 => ((char)first, at + 1),
                < 0xE0 => ((char)(((first & 0x1F) << 6) | (from[at + 1] & 0x3F)), at + 2),
                _ => ((char)(((first & 0x0F) << 12) | ((from[at + 1] & 0x3F) << 6) | (from[at + 2] & 0x3F)), at + 3),
            };
        }

        text = new string(units, 0, count);
        return at + 1;
    }

    private static void Turn(Span<byte> part)
    {
        foreach (ref var one in part)
        {
            one = (byte)~one;
        }
    }
}
