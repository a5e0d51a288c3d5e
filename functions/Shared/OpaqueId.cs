using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Chat.Functions.Shared;

/// <summary>Opaque ids: 16 bytes, random or hashed, as 22 characters of base64url.</summary>
internal static class OpaqueId
{
    private const int Bytes = 16;
    internal const int Characters = 22;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>
    /// The first 16 bytes of SHA-256 over the parts. Each part is preceded by its length, so that different lists of parts never
    /// hash the same bytes.
    /// </summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, Bytes));
    }

    public static bool IsWellFormed(string? text) => text is { Length: Characters } && !text.AsSpan().ContainsAnyExcept(Allowed);
}
