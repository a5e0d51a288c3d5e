using System.Globalization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Which bytes a read wants.</summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/specifying-the-range-header-for-blob-service-operations.
/// </remarks>
internal static class RangeHeader
{
    private const string Unit = "bytes=";

    public static bool IsIn(BlobRequest request) => Text(request) is not null;

    /// <exception cref="RefusedException">It isn't of the form <c>bytes=from-[to]</c>, or begins behind the end.</exception>
    public static ByteRange Of(BlobRequest request, long length)
    {
        if (Text(request) is not { } text)
        {
            return new ByteRange(0, length);
        }

        var ends = text.StartsWith(Unit, StringComparison.Ordinal) ? text[Unit.Length..].Split('-') : [];
        if (ends is not [var from, var to]
            || Number(from) is not { } first
            || (to.Length == 0 ? long.MaxValue : Number(to)) is not { } last
            || last < first)
        {
            throw Refusals.InvalidHeader("Range", text);
        }

        return first < length ? new ByteRange(first, Math.Min(last, length - 1) - first + 1) : throw Refusals.InvalidRange(length);
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Text(BlobRequest request) => request.Header("x-ms-range") ?? request.Header("Range");
}
