using System.Buffers;

namespace Chat.Local.Store;

/// <summary>
/// What the local services keep, on disk once <see cref="WhenDurableAsync"/> says so. Services put every change here in the order in which
/// they made it, and answer nobody before what they answer is durable. What was put is read back at once.
/// </summary>
/// <remarks>
/// Writes of all services that meet share one sync (group commit), in the order of the calls: after a crash the files hold a prefix of
/// them. Writes that must appear together go through one <see cref="Put(IReadOnlyList{Write})"/>. Without a directory nothing is on
/// disk and everything counts as durable at once.
/// </remarks>
internal sealed partial class LocalStore : IAsyncDisposable
{
    /// <summary>What a start after a kill has to replay at most.</summary>
    private const long LogLimit = 48 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly SyncPace _pace = new();
    private readonly Layers _layers;
    private readonly DurableFiles? _files;
    private readonly DirectoryLock? _directoryLock;
    private readonly string _directory;
    private readonly Thread? _writer;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, List<Record>> _loaded = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _disk = new(1);
    private CommitGroup _gathering = new(new ArrayBufferWriter<byte>());
    private CommitGroup? _writing;
    private long _position;
    private long _durable;
    private long _lastId;
    private LocalStoreException? _failure;
    private bool _closing;

    private LocalStore(Layers layers, DurableFiles? files, DirectoryLock? directoryLock, string directory)
    {
        _layers = layers;
        _files = files;
        _directoryLock = directoryLock;
        _directory = directory;
        if (layers.Tables is not null)
        {
            foreach (var record in layers.Records())
            {
                (_loaded.TryGetValue(record.Space, out var list) ? list : _loaded[record.Space] = []).Add(record);
            }

            _lastId = layers.LastId;
            _writer = new Thread(WriteLoop) { IsBackground = true, Name = "Chat.Local store" };
            _writer.Start();
        }
    }

    /// <summary>Completes, faulted, when the disk refused a write or gave back what wasn't written: the process must end then.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Nothing is kept, so that a service may spare itself the making of records.</summary>
    public bool IsInMemory => _files is null;

    /// <summary>Where a service may keep files of its own, beside what is here; null when nothing is kept.</summary>
    public string? BlobDirectory => _files is null ? null : new DataFiles(_directory).Blobs;

    /// <summary>Up to which position everything is on disk.</summary>
    public long Durable => _files is null ? long.MaxValue : Volatile.Read(ref _durable);

    /// <summary>What has gone to the disk since the start, and what is in memory only; nothing in a store without a directory.</summary>
    public StoreReading Reading
    {
        get
        {
            lock (_lock)
            {
                return _files?.Reading(_layers.Size) ?? default;
            }
        }
    }

    /// <summary>A store that forgets everything with the process.</summary>
    public static LocalStore InMemory() => new(new Layers(null), null, null, "memory");

    /// <summary>Opens or creates the store of a directory and takes the directory for this process.</summary>
    /// <param name="directory">Where its files are.</param>
    /// <param name="reset">Whether what is there goes first.</param>
    /// <param name="time">By which it waits for another process to leave the directory.</param>
    /// <param name="logLimit">How many bytes of writes a log takes before they move into the tables.</param>
    /// <exception cref="LocalStoreException">The directory is in use, or can't be used, and nothing in it was changed.</exception>
    public static async Task<LocalStore> OpenAsync(string directory, bool reset, TimeProvider time, long logLimit = LogLimit)
    {
        var directoryLock = await DirectoryLock.TakeAsync(directory, time);
        try
        {
            if (reset)
            {
                new DataFiles(directory).DeleteAll();
            }

            var (layers, files) = DurableFiles.Open(directory, logLimit);
            try
            {
                files.Resume(layers);
                return new LocalStore(layers, files, directoryLock, directory);
            }
            catch
            {
                files.Dispose();
                layers.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (StoreFailure.IsKnown(exception))
        {
            directoryLock.Dispose();
            throw StoreFailure.Of(exception, directory);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives out the records of a space as they were when the store was opened, by ascending id; a second call gets none.
    /// </summary>
    public IReadOnlyList<Record> TakeLoaded(string space)
    {
        lock (_lock)
        {
            return _loaded.Remove(space, out var records) ? records : [];
        }
    }

    /// <summary>A new number for a record, a row or the scope of an index, never given out before in this store's life.</summary>
    public long NewId() => Interlocked.Increment(ref _lastId);

    /// <summary>Puts a record (new or in place of the one with its id) and returns the position to wait for.</summary>
    public long Put(Record record) => Put([Write.Put(record)]);

    /// <summary>Deletes a record and returns the position to wait for.</summary>
    public long Delete(long id) => Put([Write.Delete(id)]);

    /// <summary>Makes several changes that appear on disk together, and returns the position to wait for.</summary>
    public long Put(IReadOnlyList<Write> writes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(writes.Count, nameof(writes));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _position++;
            if (_failure is not null)
            {
                return _position;
            }

            try
            {
                foreach (var write in writes)
                {
                    _layers.Apply(write);
                }
            }
            catch (Exception exception) when (IsFatal(exception))
            {
                throw Fail(exception);
            }

            Gather(writes);
            return _position;
        }
    }

    /// <summary>Reads everything that was put so far.</summary>
    /// <exception cref="LocalStoreException">What is there isn't what was written, or the store has failed; the process must
    /// end.</exception>
    public T Read<TArgument, T>(TArgument argument, Func<Layers, TArgument, T> read)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            ThrowIfFailed();
            try
            {
                return read(_layers, argument);
            }
            catch (Exception exception) when (IsFatal(exception))
            {
                throw Fail(exception);
            }
        }
    }

    /// <summary>Completes when everything up to a position is on disk.</summary>
    /// <exception cref="LocalStoreException">The disk refused a write; nothing can be acknowledged any more.</exception>
    public ValueTask WhenDurableAsync(long position)
    {
        if (Durable >= position)
        {
            return default;
        }

        lock (_lock)
        {
            if (_failure is not null)
            {
                return ValueTask.FromException(_failure);
            }

            if (_durable >= position)
            {
                return default;
            }

            var group = _writing is { } writing && writing.Last >= position ? writing : _gathering;
            return new ValueTask(group.Done.Task);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
        }

        if (_writer is not null)
        {
            _pace.End();
            _work.Release();
            await Task.Run(_writer.Join);
        }

        _files?.Dispose();
        _layers.Dispose();
        _directoryLock?.Dispose();
        _work.Dispose();
        _pace.Dispose();
        _disk.Dispose();
    }

    /// <summary>Lets nothing reach the disk until it is disposed, as a disk does that takes long.</summary>
    internal IDisposable Pause()
    {
        _disk.Wait();
        _files?.EndBackfill();
        return new Pausing(_disk);
    }

    private static bool IsFatal(Exception exception) => exception is LocalStoreException || StoreFailure.IsKnown(exception);

    private void Gather(IReadOnlyList<Write> writes)
    {
        if (_files is null)
        {
            return;
        }

        if (_gathering.Writes.WrittenCount == 0)
        {
            _work.Release();
        }

        _gathering.Last = _position;
        foreach (var write in writes)
        {
            WriteCodec.Encode(write, _gathering.Writes);
        }
    }

    /// <summary>Memory may have half a change after a failure. The caller holds the lock.</summary>
    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw _failure;
        }
    }

    /// <summary>From now on nothing is acknowledged; what isn't in the log is no part of the store.</summary>
    private LocalStoreException Fail(Exception exception)
    {
        lock (_lock)
        {
            if (_failure is null)
            {
                _failure = exception as LocalStoreException ?? StoreFailure.Of(exception, _directory);
                _writing?.Done.TrySetException(_failure);
                _gathering.Done.TrySetException(_failure);
                _failed.TrySetException(_failure);
                _work.Release();
            }

            return _failure;
        }
    }

    private sealed class Pausing(SemaphoreSlim disk) : IDisposable
    {
        public void Dispose() => disk.Release();
    }
}
