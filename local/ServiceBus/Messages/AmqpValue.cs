using System.Buffers.Binary;
using Microsoft.Azure.Amqp;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>Where an encoded AMQP value ends, found without decoding it, and whether it is one that may be decoded.</summary>
/// <remarks>The decoder recurses: a value that nests ten thousand deep would end the process. One that does isn't let through.</remarks>
internal static class AmqpValue
{
    /// <summary>More than any message needs: properties hold plain values, and a body of JSON is bytes.</summary>
    private const int MaxDepth = 32;

    private const byte Described = 0x00;

    /// <summary>The length of the value that the bytes begin with.</summary>
    /// <exception cref="AmqpException">It isn't whole, or nests too deep.</exception>
    public static int Measure(ReadOnlySpan<byte> bytes, int depth = MaxDepth)
    {
        if (depth == 0)
        {
            throw Malformed("nests too deep");
        }

        var constructor = Take(bytes, 0, 1)[0];
        if (constructor == Described)
        {
            var descriptor = Measure(bytes[1..], depth - 1);
            return 1 + descriptor + Measure(bytes[(1 + descriptor)..], depth - 1);
        }

        // The upper half of a constructor says how long the value is, or how long the number is that says it.
        return (constructor >> 4) switch
        {
            0x4 => 1,
            0x5 => Whole(bytes, 1),
            0x6 => Whole(bytes, 2),
            0x7 => Whole(bytes, 4),
            0x8 => Whole(bytes, 8),
            0x9 => Whole(bytes, 16),
            0xA => Whole(bytes, 1 + Take(bytes, 1, 1)[0]),
            0xB => Whole(bytes, 4L + Number(bytes, 1)),
            0xC => Compound(bytes, sizeof(byte), depth),
            0xD => Compound(bytes, sizeof(uint), depth),
            0xE => Array(bytes, sizeof(byte)),
            0xF => Array(bytes, sizeof(uint)),
            _ => throw Malformed($"has a value of unknown type {constructor:x2}"),
        };
    }

    public static AmqpException Malformed(string why) => new(AmqpErrorCode.DecodeError, $"The message {why}.");

    /// <summary>A list or a map: size, count, and as many values.</summary>
    private static int Compound(ReadOnlySpan<byte> bytes, int width, int depth)
    {
        var (length, count) = SizeAndCount(bytes, width);
        var at = 1 + (2 * width);
        for (; count > 0; count--)
        {
            at += Measure(bytes[at..length], depth - 1);
        }

        return at == length ? length : throw Malformed("has a list that doesn't fill its size");
    }

    private static int Array(ReadOnlySpan<byte> bytes, int width)
    {
        var (length, _) = SizeAndCount(bytes, width);
        return Take(bytes, 1 + (2 * width), 1)[0] is >= 0x40 and < 0xC0
            ? length
            : throw Malformed("has an array of other than plain values");
    }

    private static (int Length, uint Count) SizeAndCount(ReadOnlySpan<byte> bytes, int width)
    {
        var size = width == 1 ? Take(bytes, 1, 1)[0] : Number(bytes, 1);
        var length = Whole(bytes, width + (long)size);
        var count = width == 1 ? Take(bytes, 2, 1)[0] : Number(bytes, 1 + width);
        return size >= width ? (length, count) : throw Malformed("has a list without a count");
    }

    private static int Whole(ReadOnlySpan<byte> bytes, long valueLength) =>
        valueLength < bytes.Length ? (int)valueLength + 1 : throw Malformed("ends within a value");

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(Take(bytes, at, sizeof(uint)));

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, int at, int length) =>
        at + length <= bytes.Length ? bytes.Slice(at, length) : throw Malformed("ends within a value");
}
