namespace Chat.Local.Store;

/// <summary>The checksums of the lines of <see cref="Tables"/>.</summary>
internal static class LineChecksum
{
    public static uint Of(long row, ReadOnlySpan<byte> value) => Checksum.Of(value, Checksum.Of(row));

    public static uint Of(long record, ReadOnlySpan<byte> space, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Checksum.Of(value, Checksum.Of(key, Checksum.Of(space, Checksum.Of(record))));

    public static uint Of(IndexName index, ReadOnlySpan<byte> key, long number) =>
        Checksum.Of(key, Checksum.Of(number, Checksum.Of(index.Kind, Checksum.Of(index.Scope))));
}
