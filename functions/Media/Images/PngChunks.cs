using System.Buffers.Binary;

namespace Chat.Functions.Media.Images;

/// <summary>The parts of a PNG file.</summary>
internal static class PngChunks
{
    private const int Signature = 8;

    /// <summary>Of a chunk besides its content: length, name and checksum.</summary>
    private const int Frame = 12;

    /// <summary>
    /// The file without what no pixel depends on. The decoder unpacks texts before it reads a pixel: 100 of them in 800 KB took 2.6 GB.
    /// </summary>
    public static byte[] Needed(ReadOnlySpan<byte> file)
    {
        var needed = new byte[file.Length];
        file[..Signature].CopyTo(needed);
        var (at, count) = (Signature, Signature);
        while (at + Frame <= file.Length)
        {
            var length = Math.Min(Frame + (long)BinaryPrimitives.ReadUInt32BigEndian(file[at..]), file.Length - at);
            var chunk = file.Slice(at, (int)length);
            var name = chunk[4..8];
            if (IsNeeded(name))
            {
                chunk.CopyTo(needed.AsSpan(count));
                count += chunk.Length;
            }

            at += chunk.Length;
            if (name.SequenceEqual("IEND"u8))
            {
                break;
            }
        }

        return needed[..count];
    }

    private static bool IsNeeded(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("IHDR"u8)
        || name.SequenceEqual("PLTE"u8)
        || name.SequenceEqual("tRNS"u8)
        || name.SequenceEqual("IDAT"u8)
        || name.SequenceEqual("IEND"u8)
        || name.SequenceEqual("iCCP"u8)
        || name.SequenceEqual("sRGB"u8)
        || name.SequenceEqual("gAMA"u8)
        || name.SequenceEqual("cHRM"u8)
        || name.SequenceEqual("eXIf"u8);
}
