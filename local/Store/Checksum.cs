using System.Buffers.Binary;
using System.Numerics;

namespace Chat.Local.Store;

/// <summary>CRC-32C, which processors compute: it finds damage, not malice.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var crc = ~seed;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    public static uint Of(long number, uint seed = 0) => ~BitOperations.Crc32C(~seed, (ulong)number);
}
