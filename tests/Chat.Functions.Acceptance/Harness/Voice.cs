using System.Security.Cryptography;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A voice message as a browser records it: WebM of unknown length, which says what wrote it.</summary>
internal sealed record Voice : Photo
{
    public const string WrittenBy = "SECRET-52.5N";

    public Voice()
    {
        Bytes = Sound(seconds: 3);
        ContentType = "audio/webm";
    }

    public IReadOnlyList<int> Waveform { get; init; } = [.. Enumerable.Range(0, 64).Select(n => n * 3 % 101)];

    public override object For(string conversationId, string? clientMessageId = null) => new
    {
        conversationId,
        clientMessageId,
        kind = "voice",
        contentType = ContentType,
        bytes = Bytes.Length,
        sha256 = Convert.ToHexStringLower(SHA256.HashData(Bytes)),
        waveform = Waveform,
    };

    /// <summary>Opus, 50 packets a second.</summary>
    public static byte[] Sound(int seconds) =>
    [
        0x1A, 0x45, 0xDF, 0xA3, 0x80,
        0x18, 0x53, 0x80, 0x67, 0xFF,
        0x15, 0x49, 0xA9, 0x66, 0x8F, 0x57, 0x41, 0x8C, .. "SECRET-52.5N"u8,
        0x16, 0x54, 0xAE, 0x6B, 0xA6, 0xAE, 0xA4, 0xD7, 0x81, 1, 0x83, 0x81, 2, 0x86, 0x86, .. "A_OPUS"u8, 0x63, 0xA2, 0x93,
        .. "OpusHead"u8, 1, 1, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0,
        0x1F, 0x43, 0xB6, 0x75, 0xFF,
        .. Enumerable.Range(0, seconds * 50).SelectMany(n => (byte[])[0xA3, 0x8A, 0x81, 0, 0, 0x80, 0x08, 1, 2, 3, 4, (byte)n]),
    ];
}
