using System.Security.Cryptography;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A video as a browser records it: WebM of unknown length, which says what wrote it.</summary>
internal sealed record Video : Photo
{
    public const string WrittenBy = "SECRET-52.5N";

    public Video()
    {
        Bytes = Pictures(seconds: 3);
        ContentType = "video/webm";
    }

    public string? Blurhash { get; init; } = "LKO2?U%2Tw=w]~RBVZRi};RPxuwH";

    public override object For(string conversationId, string? clientMessageId = null) => new
    {
        conversationId,
        clientMessageId,
        kind = "video",
        contentType = ContentType,
        bytes = Bytes.Length,
        sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)),
        blurhash = Blurhash,
    };

    /// <summary>VP8 of 320 × 180 pixels, a picture of 9 bytes a second.</summary>
    public static byte[] Pictures(int seconds) =>
    [
        0x1A, 0x45, 0xDF, 0xA3, 0x87, 0x42, 0x82, 0x84, .. "webm"u8,
        0x18, 0x53, 0x80, 0x67, 0xFF,
        0x15, 0x49, 0xA9, 0x66, 0x8F, 0x57, 0x41, 0x8C, .. "SECRET-52.5N"u8,
        0x16, 0x54, 0xAE, 0x6B, 0xA1, 0xAE, 0x9F, 0xD7, 0x81, 1, 0x83, 0x81, 1, 0x23, 0xE3, 0x83, 0x84, 0x3B, 0x9A, 0xCA, 0,
        0x86, 0x85, .. "V_VP8"u8, 0xE0, 0x88, 0xB0, 0x82, 1, 0x40, 0xBA, 0x82, 0, 0xB4,
        .. Enumerable.Range(0, seconds).SelectMany(n => (byte[])
        [
            0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x84, 0, .. new[] { n * 1000 >> 16, n * 1000 >> 8, n * 1000 }.Select(part => (byte)part),
            0xA3, 0x89, 0x81, 0, 0, 0x80, 1, 2, 3, 4, (byte)n,
        ]),
    ];
}
