namespace Chat.Local.Blobs.Storage;

/// <summary>Some of the bytes of a blob.</summary>
internal readonly record struct ByteRange(long First, long Length)
{
    public long Last => First + Length - 1;
}
