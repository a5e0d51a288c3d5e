using System.Buffers.Binary;
using System.Text;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>Takes files of our own apart: what of a JPEG, PNG or WebP isn't needed to show its pixels, or the same in each.</summary>
internal static class Parts
{
    public static List<string> ThatArentPixels(byte[] file) => file switch
    {
        [0xFF, 0xD8, ..] => [.. Jpeg(file)],
        [0x89, (byte)'P', ..] => [.. Chunks(file, 8, lengthFirst: true).Except(["IHDR", "pHYs", "IDAT", "IEND"], StringComparer.Ordinal)],
        [(byte)'R', (byte)'I', ..] =>
            [.. Chunks(file, 12, lengthFirst: false).Except(["VP8 ", "VP8L", "VP8X", "ALPH"], StringComparer.Ordinal)],
        _ => ["an unknown format"],
    };

    private static IEnumerable<string> Jpeg(byte[] file)
    {
        var at = 2;
        while (file[at + 1] != 0xDA)
        {
            // The JFIF header, tables and the frame.
            if (file[at + 1] is not (0xE0 or 0xDB or 0xC4 or 0xC0 or 0xC2 or 0xDD))
            {
                yield return $"segment {file[at + 1]:X2}";
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2));
        }

        var end = file.AsSpan(at).IndexOf((byte[])[0xFF, 0xD9]) + at + 2;
        if (end != file.Length)
        {
            yield return "bytes behind the end";
        }
    }

    private static IEnumerable<string> Chunks(byte[] file, int start, bool lengthFirst)
    {
        var at = start;
        while (at < file.Length)
        {
            var length = lengthFirst
                ? BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)) + 4
                : (BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4)) + 1) / 2 * 2;
            yield return Encoding.ASCII.GetString(file, lengthFirst ? at + 4 : at, 4);
            at += 8 + length;
        }
    }
}
