using Chat.Functions.Media.Recordings;

namespace Chat.Functions.Media.Videos;

/// <summary>An untrusted file that is read by ranges: of it no more is in memory than a window, and what is asked for as a whole.</summary>
/// <param name="length">Its length, in bytes.</param>
/// <param name="read">Fills memory with what the file has from a place on.</param>
public sealed class RangedFile(long length, Func<long, Memory<byte>, CancellationToken, Task> read)
{
    private const int WindowBytes = 256 * 1024;

    private readonly byte[] _window = new byte[(int)Math.Min(WindowBytes, length)];
    private long _from;
    private int _count;

    /// <summary>In bytes.</summary>
    public long Length => length;

    /// <summary>With what getting at the file ended, if it did: no fault of what is in it. Null otherwise.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The bytes at a place, fewer where the file ends; good until the next call.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> PeekAsync(long at, int most, CancellationToken cancellationToken)
    {
        var count = (int)Math.Min(most, length - at);
        if (at < _from || at + count > _from + _count)
        {
            _count = (int)Math.Min(_window.Length, length - at);
            _from = at;
            await FillAsync(at, _window.AsMemory(0, _count), cancellationToken);
        }

        return _window.AsMemory((int)(at - _from), count);
    }

    /// <summary>A part as a whole. One of more than <paramref name="most"/> bytes, or that ends beyond the file, is unreadable.</summary>
    internal async Task<byte[]> ReadAsync(long at, long count, int most, CancellationToken cancellationToken)
    {
        if (count < 0 || count > most || count > length - at)
        {
            throw FileReader.Unreadable();
        }

        var part = new byte[count];
        if (at >= _from && at + count <= _from + _count)
        {
            _window.AsSpan((int)(at - _from), part.Length).CopyTo(part);
        }
        else
        {
            await FillAsync(at, part, cancellationToken);
        }

        return part;
    }

    private async Task FillAsync(long at, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            await read(at, into, cancellationToken);
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }
    }
}
