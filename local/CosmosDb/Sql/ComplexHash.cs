using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>
/// The hash by which Cosmos DB orders arrays, and objects, among themselves. The SDK merges the answers of several ranges by the same one.
/// </summary>
/// <remarks>Seeds, in their low and high halves, and order of mixing are those of the SDK's <c>DistinctHash</c>.</remarks>
internal static class ComplexHash
{
    private static readonly UInt128 Root = new(0x8846e00284c4cf1f, 0xbfc2359eafc0e2b7);
    private static readonly UInt128 Null = new(0x156c918bf564ee48, 0x1380f68bb3b0cfe4);
    private static readonly UInt128 False = new(0xe9fc8a4c531cd0dd, 0xc1be517fe893b40c);
    private static readonly UInt128 True = new(0x788488365c8a985d, 0xf86d4abf9a412e74);
    private static readonly UInt128 Text = new(0x09481be8ef4b56dd, 0x61f53f0a44204cfb);
    private static readonly UInt128 Number = new(0x790be1eabd7b9481, 0x2400e8b894ce9c2a);
    private static readonly UInt128 Array = new(0xa014512c858eb115, 0xfa573b014c4dc18e);
    private static readonly UInt128 ArrayIndex = new(0x5b1cc3178bd9c593, 0xfe057204216db999);
    private static readonly UInt128 Object = new(0x3dcf187245822449, 0x77b285ac511aef30);
    private static readonly UInt128 Name = Mix(Text, new UInt128(0x7c8be2eba72e4634, 0xc915dde058492a8a));

    /// <summary>A number that orders as the hash does: by its bytes from the least significant on.</summary>
    public static UInt128 RankOf(JsonElement value) => RankOf(Of(value, Root));

    /// <summary>The same of a hash.</summary>
    public static UInt128 RankOf(UInt128 hash) =>
        new(BinaryPrimitives.ReverseEndianness((ulong)hash), BinaryPrimitives.ReverseEndianness((ulong)(hash >> 64)));

    private static UInt128 Of(JsonElement value, UInt128 seed) => value.ValueKind switch
    {
        JsonValueKind.Null => Mix(Null, seed),
        JsonValueKind.False => Mix(False, seed),
        JsonValueKind.True => Mix(True, seed),
        JsonValueKind.String => Mix(value.GetString()!, Mix(Text, seed)),
        JsonValueKind.Number => OfNumber(value.GetDouble(), Mix(Number, seed)),
        JsonValueKind.Array => OfArray(value, Mix(Array, seed)),
        _ => OfObject(value, Mix(Object, seed)),
    };

    private static UInt128 OfNumber(double number, UInt128 seed)
    {
        // The SDK's form of a number: a double, then in two bytes the bits of a 64-bit integer that don't fit, which are none here.
        Span<byte> bytes = stackalloc byte[10];
        bytes.Clear();
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        return MurmurHash3.Hash(bytes, seed);
    }

    private static UInt128 OfArray(JsonElement array, UInt128 hash)
    {
        var index = UInt128.Zero;
        foreach (var element in array.EnumerateArray())
        {
            hash = Mix(Of(element, ArrayIndex + index++), hash);
        }

        return hash;
    }

    /// <summary>Whatever the order of its members.</summary>
    private static UInt128 OfObject(JsonElement members, UInt128 hash)
    {
        var all = UInt128.Zero;
        foreach (var member in members.EnumerateObject())
        {
            all ^= Of(member.Value, Mix(member.Name, Name));
        }

        return all == UInt128.Zero ? hash : Mix(all, hash);
    }

    private static UInt128 Mix(string text, UInt128 seed) => MurmurHash3.Hash(Encoding.UTF8.GetBytes(text), seed);

    private static UInt128 Mix(UInt128 value, UInt128 seed)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        return MurmurHash3.Hash(bytes, seed);
    }
}
