using System.Buffers.Binary;

namespace Chat.Functions.Media.Images;

/// <summary>The scans of a JPEG file: each goes over all pixels.</summary>
internal static class JpegScans
{
    /// <summary>
    /// Many times what programs write, which is some ten. A file of 500 KB can have 2,600 for 50 million pixels, which took 45 s to decode.
    /// </summary>
    public const int Most = 100;

    /// <summary>How many there are, found as decoders find them.</summary>
    public static int Count(ReadOnlySpan<byte> file)
    {
        const byte EndOfImage = 0xD9;
        const byte StartOfScan = 0xDA;
        var count = 0;
        for (var at = 0; ;)
        {
            // A marker is what follows bytes of ones, unless it is a zero. What is between is skipped.
            var mark = file[at..].IndexOf((byte)0xFF);
            var code = mark < 0 ? -1 : file[(at + mark)..].IndexOfAnyExcept((byte)0xFF);
            if (code < 0)
            {
                return count;
            }

            at += mark + code + 1;
            switch (file[at - 1])
            {
                case EndOfImage:
                    return count;
                case 0 or 1 or (>= 0xD0 and <= 0xD8):
                    continue;
                case StartOfScan:
                    count++;
                    break;
            }

            if (at + 2 > file.Length)
            {
                return count;
            }

            at = Math.Min(at + BinaryPrimitives.ReadUInt16BigEndian(file[at..]), file.Length);
        }
    }
}
