using System.Buffers.Binary;
using System.Text;
using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>Reads a video in MP4 or QuickTime, whole or in fragments (ISO/IEC 14496-12), wherever its <c>moov</c> box is.</summary>
/// <remarks>
/// Only the boxes that describe frames are read into memory. Within <c>mdat</c> everything is overwritten that isn't a frame of a track
/// that stays: phones and action cameras note there, as tracks of their own, where they are.
/// </remarks>
internal static class Mp4Video
{
    /// <summary>Three minutes of 240 pictures a second, with sound, take one of these.</summary>
    private const int MaxMovie = 8 * 1024 * 1024;

    private const int MaxFragment = 1024 * 1024;
    private const int MaxType = 1024;

    /// <summary>What an index of fragments may have before its entries, and how long each of these is.</summary>
    private const int MaxIndexHead = 32;

    private const int IndexEntry = 12;

    /// <summary>A box of frames and one that describes them, for 100 fragments a second.</summary>
    private const int MaxBoxes = 40_000;

    public static async Task<(double DurationMs, VideoSize Size, Patches Patches)> ReadAsync(
        RangedFile file,
        CancellationToken cancellationToken)
    {
        var patches = new Patches();
        var frames = new Mp4Frames(file.Length);
        Mp4Movie? movie = null;
        var boxes = 0;
        var entries = 0;
        for (var at = 0L; at < file.Length;)
        {
            if (file.Length - at < 8)
            {
                // No box: players pass over it.
                patches.Clear(at, file.Length - at);
                break;
            }

            var (type, head, length) = Header((await file.PeekAsync(at, 16, cancellationToken)).Span, file.Length - at);
            if (++boxes > MaxBoxes)
            {
                throw FileReader.Unreadable();
            }

            switch (type)
            {
                case "ftyp" when at == 0 && length <= MaxType:
                    break;
                case "sidx":
                    var most = (int)Math.Min(MaxIndexHead, length - head);
                    var (known, count) = IndexOf(await file.PeekAsync(at + head, most, cancellationToken));
                    entries += count;
                    if (known > length - head || entries > MaxBoxes)
                    {
                        throw FileReader.Unreadable();
                    }

                    patches.Clear(at + head + known, length - head - known);
                    break;
                case "mdat":
                    frames.AddRoom(at + head, at + length);
                    break;
                case "moov" when movie is null:
                    movie = Mp4Movie.Read(
                        await file.ReadAsync(at + head, length - head, MaxMovie, cancellationToken),
                        new(patches, at + head),
                        frames);
                    break;
                case "moof" when movie is not null:
                    movie.ReadFragment(
                        await file.ReadAsync(at + head, length - head, MaxFragment, cancellationToken),
                        new(patches, at + head),
                        at,
                        frames);
                    break;
                case "ftyp" or "moov" or "moof":
                    throw FileReader.Unreadable();
                default:
                    patches.Write(at + 4, "free"u8);
                    patches.Clear(at + head, length - head);
                    break;
            }

            at += length;
        }

        if (movie is null)
        {
            throw FileReader.Unreadable();
        }

        frames.ClearOthers(patches);
        return (movie.DurationMs, movie.Size, patches);
    }

    /// <summary>How many bytes an index of fragments has, by how many entries it says.</summary>
    private static (int Length, int Entries) IndexOf(ReadOnlyMemory<byte> content)
    {
        var index = new FileReader(content);
        index.Skip(index.Byte() == 0 ? 21 : 29);
        var entries = index.Number16();
        return (index.At + (entries * IndexEntry), entries);
    }

    private static (string Type, int Head, long Length) Header(ReadOnlySpan<byte> bytes, long left)
    {
        if (bytes.Length < 8)
        {
            throw FileReader.Unreadable();
        }

        long length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var head = 8;
        if (length == 1)
        {
            length = bytes.Length < 16 ? 0 : (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), long.MaxValue);
            head = 16;
        }
        else if (length == 0)
        {
            length = left;
        }

        return length >= head && length <= left ? (Encoding.Latin1.GetString(bytes[4..8]), head, length) : throw FileReader.Unreadable();
    }
}
