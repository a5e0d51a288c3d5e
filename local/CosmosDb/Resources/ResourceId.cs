using System.Buffers.Binary;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Resources;

/// <summary>
/// The resource ids (<c>_rid</c>) of offers (3 bytes), databases (4), containers (8) and documents (16), in the service's base64.
/// </summary>
internal static class ResourceId
{
    public static string OfDatabase(long number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)number);
        return Encode(bytes);
    }

    /// <summary>The SDK tells an offer by its three bytes.</summary>
    public static string OfOffer(int number) => Encode([(byte)(number >> 16), (byte)(number >> 8), (byte)number]);

    public static string OfContainer(long database, long number) => Encode(ContainerBytes(stackalloc byte[8], database, number));

    public static string OfDocument(long database, long container, long number)
    {
        Span<byte> bytes = stackalloc byte[16];
        ContainerBytes(bytes, database, container);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
        return Encode(bytes);
    }

    /// <summary>The number of a document, by its resource id.</summary>
    public static long NumberOf(string document)
    {
        Span<byte> bytes = stackalloc byte[16];
        return Convert.TryFromBase64String(document.Replace('-', '/'), bytes, out var length) && length == bytes.Length
            ? BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])
            : throw new RefusedException(400, $"'{document}' isn't the resource id of a document.");
    }

    /// <summary>The SDK tells a container from a user by the high bit of the fifth byte.</summary>
    private static Span<byte> ContainerBytes(Span<byte> bytes, long database, long container)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)container | 0x80000000);
        return bytes;
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('/', '-');
}
