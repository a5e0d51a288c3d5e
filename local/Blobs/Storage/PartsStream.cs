namespace Chat.Local.Blobs.Storage;

/// <summary>A range of a blob, read one part after the other.</summary>
internal sealed class PartsStream(IByteStore bytes, IReadOnlyList<Part> parts, ByteRange range, Action release) : Stream
{
    private int _part = -1;
    private Stream? _open;
    private long _skip = range.First;
    private long _left = range.Length;
    private bool _isDisposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => range.Length;

    public override long Position
    {
        get => range.Length - _left;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (_left > 0 && buffer.Length > 0 && (_open ?? Next()) is { } open)
        {
            var read = open.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            if (Took(read))
            {
                return read;
            }
        }

        return 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left > 0 && buffer.Length > 0 && (_open ?? Next()) is { } open)
        {
            var read = await open.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            if (Took(read))
            {
                return read;
            }
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _open?.Dispose();
            release();
        }

        base.Dispose(disposing);
    }

    /// <summary>Whether something was read; at a part's end the next one is due.</summary>
    private bool Took(int read)
    {
        _left -= read;
        if (read == 0)
        {
            _open!.Dispose();
            _open = null;
        }

        return read > 0;
    }

    private Stream? Next()
    {
        for (_part++; _part < parts.Count && _skip >= parts[_part].Length; _part++)
        {
            _skip -= parts[_part].Length;
        }

        if (_part == parts.Count)
        {
            return null;
        }

        _open = bytes.Open(parts[_part].File);
        _open.Position = _skip;
        _skip = 0;
        return _open;
    }
}
