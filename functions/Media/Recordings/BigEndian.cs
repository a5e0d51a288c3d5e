using System.Buffers.Binary;

namespace Chat.Functions.Media.Recordings;

/// <summary>Bytes of the files that are written.</summary>
internal static class BigEndian
{
    public static byte[] Of(ushort value) => Of((uint)value)[2..];

    public static byte[] Of(uint value) => Of((ulong)value)[4..];

    public static byte[] Of(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Of(double value) => Of(BitConverter.DoubleToUInt64Bits(value));

    public static byte[] Joined(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        using var all = new MemoryStream();
        foreach (var part in parts)
        {
            all.Write(part.Span);
        }

        return all.ToArray();
    }

    public static byte[] Joined(IEnumerable<byte[]> parts) => Joined(parts.Select(part => (ReadOnlyMemory<byte>)part));
}
