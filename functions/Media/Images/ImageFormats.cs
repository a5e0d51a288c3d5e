namespace Chat.Functions.Media.Images;

/// <summary>The formats that are decoded. Nothing else reaches a decoder, and none a file of another one.</summary>
internal enum ImageFormat
{
    Jpeg,
    Png,
    WebP,
    Gif,
}

internal static class ImageFormats
{
    /// <summary>The format that a content type names. Null: none that is taken.</summary>
    public static ImageFormat? Declared(string contentType) => contentType switch
    {
        "image/jpeg" => ImageFormat.Jpeg,
        "image/png" => ImageFormat.Png,
        "image/webp" => ImageFormat.WebP,
        "image/gif" => ImageFormat.Gif,
        _ => null,
    };

    /// <summary>The format that a file begins like. Null: none that is taken.</summary>
    public static ImageFormat? Of(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.WebP,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
        _ => null,
    };
}
