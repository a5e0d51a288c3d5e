using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>
/// What is overwritten in a file when it is copied: its length stays, and so does all that tells where something is. Later patches count.
/// </summary>
public sealed class Patches
{
    /// <summary>More than phones and recorders leave beside frames; each takes some bytes of memory.</summary>
    private const int MaxCount = 50_000;

    private readonly List<(long At, long Length, byte[]? With)> _all = [];

    /// <summary>Changes a block of the file, which begins there.</summary>
    public void Apply(long at, Memory<byte> block)
    {
        foreach (var (from, length, with) in _all)
        {
            var (first, end) = (Math.Max(from, at), Math.Min(from + length, at + block.Length));
            if (first >= end)
            {
                continue;
            }

            var part = block.Span[(int)(first - at)..(int)(end - at)];
            if (with is null)
            {
                part.Clear();
            }
            else
            {
                with.AsSpan((int)(first - from), part.Length).CopyTo(part);
            }
        }
    }

    /// <summary>Has zeros in place of a part.</summary>
    internal void Clear(long at, long length)
    {
        if (length > 0)
        {
            Add((at, length, null));
        }
    }

    /// <summary>Has these bytes at a place.</summary>
    internal void Write(long at, ReadOnlySpan<byte> bytes) => Add((at, bytes.Length, bytes.ToArray()));

    private void Add((long, long, byte[]?) patch)
    {
        if (_all.Count == MaxCount)
        {
            throw FileReader.Unreadable();
        }

        _all.Add(patch);
    }
}
