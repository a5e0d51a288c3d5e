using System.Buffers.Binary;

namespace Chat.Local.Blobs.Storage;

/// <summary>The CRC-64 of Azure Storage, which is that of NVM Express: reflected, polynomial 0xAD93D23594C93659.</summary>
internal sealed class Crc64
{
    /// <summary>The polynomial with its bits reversed.</summary>
    private const ulong Reversed = 0x9A6C9329AC4BC9B5;

    private static readonly ulong[] Table = MakeTable();

    private ulong _state = ulong.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var value in bytes)
        {
            state = Table[(byte)state ^ value] ^ (state >> 8);
        }

        _state = state;
    }

    /// <summary>Eight bytes, the lowest first, as headers carry it in Base64.</summary>
    public byte[] Hash()
    {
        var hash = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, ~_state);
        return hash;
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var index = 0; index < table.Length; index++)
        {
            var value = (ulong)index;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Reversed;
            }

            table[index] = value;
        }

        return table;
    }
}
