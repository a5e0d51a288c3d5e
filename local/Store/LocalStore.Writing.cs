using System.Buffers;

namespace Chat.Local.Store;

/// <content>The thread that brings commits to the disk, and into the tables while nobody writes.</content>
internal sealed partial class LocalStore
{
    /// <summary>A buffer of commits that is larger than this isn't kept for the next.</summary>
    private const int LargestSpare = 4 * 1024 * 1024;

    /// <summary>How long nobody writes before what is in memory moves into the tables.</summary>
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(3);

    private void WriteLoop()
    {
        var spare = new ArrayBufferWriter<byte>();
        try
        {
            while (TakeGroup(spare) is { } group)
            {
                _disk.Wait();
                try
                {
                    WriteGroup(group);
                }
                finally
                {
                    _disk.Release();
                }

                group.Writes.ResetWrittenCount();
                spare = group.Writes.Capacity > LargestSpare ? new ArrayBufferWriter<byte>() : group.Writes;
            }
        }
        catch (Exception exception) when (IsFatal(exception))
        {
            // What was acknowledged is in the logs: the next start makes up for it.
            Fail(exception);
        }
    }

    private void WriteGroup(CommitGroup group)
    {
        _files!.Write(group.Writes.WrittenMemory);
        lock (_lock)
        {
            if (_failure is not null)
            {
                // Who waits for the group has heard of the failure.
                return;
            }

            _durable = group.Last;
            _writing = null;
        }

        group.Done.TrySetResult();
        if (group.EndsLog)
        {
            _files.BeginLog(_layers);
        }

        if (_layers.IsMoving)
        {
            _files.Advance(_layers, _lock, ThrowIfFailed, group.Writes.WrittenCount);
        }
    }

    /// <summary>Waits for writes and takes them; null when the store is closed and has written everything, or failed.</summary>
    private CommitGroup? TakeGroup(ArrayBufferWriter<byte> next)
    {
        var isIdle = false;
        while (true)
        {
            if (!_work.Wait(isIdle ? TimeSpan.Zero : IdleAfter))
            {
                isIdle = TidyUp();
                continue;
            }

            _pace.Wait();
            lock (_lock)
            {
                if (_failure is not null)
                {
                    return null;
                }

                if (_gathering.Writes.WrittenCount > 0)
                {
                    _writing = _gathering;
                    _gathering = new CommitGroup(next);
                    if (!_layers.IsMoving && (_layers.IsFull || _files!.IsFullWith(_writing.Writes.WrittenCount)))
                    {
                        // Here the changes in memory are those of this group and of earlier ones, and so of the log that ends with it.
                        _layers.BeginMove();
                        _writing.EndsLog = true;
                    }

                    return _writing;
                }

                if (_closing)
                {
                    _files!.Settle(_layers);
                    return null;
                }
            }
        }
    }

    /// <summary>
    /// Does a part of a checkpoint while nobody writes, so that memory is free and the next start has little to catch up with. Says
    /// if there is more of it.
    /// </summary>
    private bool TidyUp()
    {
        _disk.Wait();
        try
        {
            if (_layers.IsMoving)
            {
                _files!.Advance(_layers, _lock, ThrowIfFailed, 0);
                if (_layers.IsMoving)
                {
                    return true;
                }

                lock (_lock)
                {
                    _layers.Tables!.FreeMemory();
                }

                return false;
            }

            lock (_lock)
            {
                ThrowIfFailed();
                if (_gathering.Writes.WrittenCount > 0 || !_files!.IsWorthMoving)
                {
                    return false;
                }

                _layers.BeginMove();
            }

            _files.BeginLog(_layers);
            return true;
        }
        finally
        {
            _disk.Release();
        }
    }
}
