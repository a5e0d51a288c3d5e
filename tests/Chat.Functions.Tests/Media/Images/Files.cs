using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using NetVips;

namespace Chat.Functions.Tests.Media.Images;

/// <summary>Makes image files: valid ones by the library's encoders, and odd ones byte by byte.</summary>
internal static class Files
{
    /// <summary>Red, green, blue and white quarters, clockwise from the upper left.</summary>
    public static Image Quarters(int width = 96, int height = 64) => Painted(width, height, (x, y) => (x < width / 2, y < height / 2) switch
    {
        (true, true) => (255, 0, 0),
        (false, true) => (0, 255, 0),
        (false, false) => (0, 0, 255),
        _ => (255, 255, 255),
    });

    /// <summary>Like a photo: smooth colours under noise, the same every time.</summary>
    public static Image Photo(int width, int height)
    {
        var random = new Random(1);
        return Painted(width, height, (x, y) =>
        {
            var noise = random.Next(-8, 9);
            return (Byte(Math.Sin(x / 300.0)), Byte(Math.Sin(y / 200.0 + x / 900.0)), Byte(Math.Cos((x + y) / 500.0)));

            byte Byte(double wave) => (byte)(128 + 100 * wave + noise);
        });
    }

    public static Image Painted(int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> colour)
    {
        var pixels = new byte[width * height * 3];
        for (var at = 0; at < width * height; at++)
        {
            (pixels[at * 3], pixels[at * 3 + 1], pixels[at * 3 + 2]) = colour(at % width, at / width);
        }

        return Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <param name="picture">What is written, with its profile if it has one.</param>
    /// <param name="contentType">Of the three formats that pictures are written in.</param>
    public static byte[] Encoded(this Image picture, string contentType) => contentType switch
    {
        "image/jpeg" => picture.JpegsaveBuffer(q: 95),
        "image/png" => picture.PngsaveBuffer(),
        _ => picture.WebpsaveBuffer(q: 95),
    };

    /// <summary>A JPEG with more segments behind its first two bytes. A segment is a marker (E1: APP1) and what it holds.</summary>
    public static byte[] WithSegments(this byte[] jpeg, params (byte Marker, byte[] Content)[] segments) =>
    [
        .. jpeg[..2],
        .. segments.SelectMany(segment => (byte[])
        [
            0xFF, segment.Marker, .. BigEndian((ushort)(segment.Content.Length + 2)), .. segment.Content,
        ]),
        .. jpeg[2..],
    ];

    /// <summary>A JPEG that has its coefficients one by one and bit by bit, as its format allows: so many times it goes over all.</summary>
    public static byte[] Scans(int count)
    {
        const byte StartOfScan = 0xDA;
        const int Bits = 14;
        using var black = Image.Black(48, 32);
        var jpeg = black.JpegsaveBuffer(interlace: true);
        var dc = jpeg.AsSpan().IndexOf((byte[])[0xFF, StartOfScan]);
        var next = dc + 2 + jpeg.AsSpan(dc + 2).IndexOf((byte[])[0xFF, 0xC4]);
        var ac = next + jpeg.AsSpan(next).IndexOf((byte[])[0xFF, StartOfScan]);
        var end = ac + 2 + jpeg.AsSpan(ac + 2).IndexOf((byte[])[0xFF, 0xC4]);
        var scans = Enumerable.Range(0, count - 1).SelectMany(n =>
        {
            var scan = jpeg[ac..end];
            (var coefficient, var bit) = ((byte)(1 + (n / Bits)), Bits - 1 - (n % Bits));
            (scan[7], scan[8], scan[9]) = (coefficient, coefficient, (byte)((bit == Bits - 1 ? 0 : (bit + 1) << 4) | bit));
            return scan;
        });
        return [.. jpeg[..ac], .. scans, 0xFF, 0xD9];
    }

    /// <summary>What EXIF has of a photo that a phone took: its orientation, and where it was taken.</summary>
    public static byte[] Exif(int orientation) =>
    [
        .. "MM\0*\0\0\0\x08"u8,
        .. BigEndian((ushort)2),
        .. BigEndian((ushort)0x0112), .. BigEndian((ushort)3), .. BigEndian(1u), .. BigEndian((ushort)orientation), 0, 0,
        .. BigEndian((ushort)0x8825), .. BigEndian((ushort)4), .. BigEndian(1u), .. BigEndian(38u),
        .. BigEndian(0u),
        .. BigEndian((ushort)1),
        .. BigEndian((ushort)0x0002), .. BigEndian((ushort)2), .. BigEndian(12u), .. BigEndian(56u),
        .. BigEndian(0u),
        .. "GPS-SECRET52\0"u8,
    ];

    public static byte[] JpegExif(int orientation) => [.. "Exif\0\0"u8, .. Exif(orientation)];

    /// <summary>A WebP with one more chunk, as the format wants it: flagged in a header that says the size again.</summary>
    public static byte[] WithChunk(this byte[] webp, string type, byte[] content)
    {
        var chunks = webp.AsSpan(12).ToArray();
        if (!chunks.AsSpan().StartsWith("VP8X"u8))
        {
            using var picture = Image.WebploadBuffer(webp);
            byte[] size = [.. LittleEndian(picture.Width - 1)[..3], .. LittleEndian(picture.Height - 1)[..3]];
            chunks = [.. "VP8X"u8, .. LittleEndian(10), 0, 0, 0, 0, .. size, .. chunks];
        }

        chunks[8] |= (byte)(type == "EXIF" ? 0x08 : 0x04);
        byte[] padding = content.Length % 2 == 0 ? [] : [0];
        chunks = [.. chunks, .. Encoding.ASCII.GetBytes(type), .. LittleEndian(content.Length), .. content, .. padding];
        return [.. "RIFF"u8, .. LittleEndian(chunks.Length + 4), .. "WEBP"u8, .. chunks];
    }

    /// <summary>A PNG of the parts given, each chunk with its checksum.</summary>
    public static byte[] Png(params (string Type, byte[] Content)[] chunks) =>
    [
        0x89, .. "PNG\r\n"u8, 0x1A, 0x0A,
        .. chunks.SelectMany(chunk =>
        {
            byte[] named = [.. Encoding.ASCII.GetBytes(chunk.Type), .. chunk.Content];
            return (byte[])[.. BigEndian((uint)chunk.Content.Length), .. named, .. BigEndian(Crc(named))];
        }),
    ];

    public static (string Type, byte[] Content) Header(int width, int height, byte depth, byte colours) =>
        ("IHDR", [.. BigEndian((uint)width), .. BigEndian((uint)height), depth, colours, 0, 0, 0]);

    /// <summary>Rows of equal bytes.</summary>
    public static (string Type, byte[] Content) Rows(int count, params byte[] row) => Packed(Enumerable.Repeat(row, count));

    public static (string Type, byte[] Content) Packed(IEnumerable<byte[]> rows)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            foreach (var row in rows)
            {
                // Not filtered.
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        return ("IDAT", packed.ToArray());
    }

    public static (string Type, byte[] Content) PngEnd => ("IEND", []);

    /// <summary>An animated GIF of one red pixel, then as many blue ones.</summary>
    public static byte[] Gif(int blueFrames) =>
    [
        .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255,
        .. GifFrame(0x44),
        .. Enumerable.Repeat(GifFrame(0x4C), blueFrames).SelectMany(frame => frame),
        0x3B,
    ];

    private static byte[] GifFrame(byte colour) =>
        [0x21, 0xF9, 4, 0, 1, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, colour, 1, 0];

    /// <summary>A JPEG of 8 × 8 pixels in four inks, as print shops have them: Adobe's, and so stored inverted.</summary>
    public static byte[] Cmyk(byte cyan, byte magenta, byte yellow, byte black)
    {
        var bits = new StringBuilder();
        foreach (var ink in (byte[])[cyan, magenta, yellow, black])
        {
            // A block: how many bits the average has, those bits (of the one below, if negative), and that nothing follows.
            var average = 255 - ink - 128;
            var length = average == 0 ? 0 : BitOperations.Log2((uint)Math.Abs(average)) + 1;
            bits.Append(Binary(length, 4)).Append(Binary(average < 0 ? average + (1 << length) - 1 : average, length)).Append('0');
        }

        var padded = bits.ToString().PadRight((bits.Length + 7) / 8 * 8, '1');
        return
        [
            0xFF, 0xD8,
            0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)8, 64),
            0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            // Twelve codes of four bits, for zero to eleven; and one of one bit.
            0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(each => (byte)each),
            0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
            0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0,
            // A byte of ones would be a marker.
            .. padded.Chunk(8).Select(eight => Convert.ToByte(new string(eight), 2))
                .SelectMany(each => each == 0xFF ? (byte[])[0xFF, 0] : [each]),
            0xFF, 0xD9,
        ];

        static string Binary(int value, int length) => length == 0 ? "" : Convert.ToString(value, 2).PadLeft(length, '0');
    }

    private static byte[] BigEndian(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] LittleEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
