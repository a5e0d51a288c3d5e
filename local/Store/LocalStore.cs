namespace Chat.Local.Store;

/// <summary>
/// What the local services keep: records that are on disk once <see cref="WhenDurableAsync"/> says so. Services hold their state in memory,
/// put every change here in the order in which they made it, and answer nobody before what they answer is durable.
/// </summary>
/// <remarks>
/// Writes of all services that meet share one transaction and one sync (group commit), in the order of the calls: after a crash the file holds
/// a prefix of them. Several records that must appear together go through one <see cref="Put(IReadOnlyList{Write})"/>.
/// Without a directory nothing is written and everything counts as durable at once.
/// </remarks>
internal sealed class LocalStore : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly SqliteFile? _file;
    private readonly DirectoryLock? _directoryLock;
    private readonly Thread? _writer;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, List<Record>> _loaded = new(StringComparer.Ordinal);
    private Group _gathering = new();
    private Group? _writing;
    private long _position;
    private long _durable;
    private long _lastId;
    private Exception? _failure;
    private bool _closing;

    private LocalStore(SqliteFile? file, DirectoryLock? directoryLock)
    {
        _file = file;
        _directoryLock = directoryLock;
        if (file is null)
        {
            return;
        }

        foreach (var record in file.ReadAll())
        {
            _lastId = Math.Max(_lastId, record.Id);
            (_loaded.TryGetValue(record.Space, out var list) ? list : _loaded[record.Space] = []).Add(record);
        }

        _writer = new Thread(WriteLoop) { IsBackground = true, Name = "Chat.Local store" };
        _writer.Start();
    }

    /// <summary>Completes, faulted, when the disk refused a write: memory is then ahead of the disk, and the process must end.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Nothing is kept, so that a service may spare itself the making of records.</summary>
    public bool IsInMemory => _file is null;

    /// <summary>A store that forgets everything with the process.</summary>
    public static LocalStore InMemory() => new(null, null);

    /// <summary>Opens or creates the store of a directory and takes the directory for this process.</summary>
    /// <exception cref="LocalStoreException">The directory is in use, or its file can't be used.</exception>
    public static async Task<LocalStore> OpenAsync(string directory, bool reset, TimeProvider time)
    {
        var directoryLock = await DirectoryLock.TakeAsync(directory, time);
        try
        {
            var path = Path.Combine(directory, "chat.db");
            if (reset)
            {
                foreach (var file in new[] { path, path + "-wal", path + "-shm" })
                {
                    File.Delete(file);
                }
            }

            return new LocalStore(SqliteFile.Open(path), directoryLock);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Gives out the records of a space as they were when the store was opened, by ascending id; a second call gets none.</summary>
    public IReadOnlyList<Record> TakeLoaded(string space)
    {
        lock (_lock)
        {
            return _loaded.Remove(space, out var records) ? records : [];
        }
    }

    /// <summary>A new record id, never given out before in this file's life with this process.</summary>
    public long NewId() => Interlocked.Increment(ref _lastId);

    /// <summary>Puts a record (new or in place of the one with its id) and returns the position to wait for.</summary>
    public long Put(Record record) => Enqueue(new Write(record.Id, record));

    /// <summary>Deletes a record and returns the position to wait for.</summary>
    public long Delete(long id) => Enqueue(new Write(id, null));

    /// <summary>Makes several changes that appear on disk together, and returns the position to wait for.</summary>
    public long Put(IReadOnlyList<Write> writes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(writes.Count, nameof(writes));
        lock (_lock)
        {
            _position++;
            if (_file is not null)
            {
                Gather().AddRange(writes);
            }

            return _position;
        }
    }

    /// <summary>Completes when everything up to a position is on disk.</summary>
    /// <exception cref="LocalStoreException">The disk refused a write; nothing can be acknowledged any more.</exception>
    public ValueTask WhenDurableAsync(long position)
    {
        if (_file is null || Volatile.Read(ref _durable) >= position)
        {
            return default;
        }

        lock (_lock)
        {
            if (_failure is not null)
            {
                return ValueTask.FromException(Refused(_failure));
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
            _closing = true;
        }

        if (_writer is not null)
        {
            _work.Release();
            await Task.Run(_writer.Join);
        }

        _file?.Dispose();
        _directoryLock?.Dispose();
        _work.Dispose();
    }

    private static LocalStoreException Refused(Exception failure) => new($"The disk refused a write: {failure.Message}", failure);

    private long Enqueue(Write write)
    {
        lock (_lock)
        {
            _position++;
            if (_file is not null)
            {
                Gather().Add(write);
            }

            return _position;
        }
    }

    private List<Write> Gather()
    {
        ObjectDisposedException.ThrowIf(_closing, this);
        if (_gathering.Writes.Count == 0)
        {
            _work.Release();
        }

        _gathering.Last = _position;
        return _gathering.Writes;
    }

    private void WriteLoop()
    {
        while (true)
        {
            _work.Wait();
            Group group;
            lock (_lock)
            {
                group = _gathering;
                if (group.Writes.Count == 0)
                {
                    if (_closing)
                    {
                        return;
                    }

                    continue;
                }

                _gathering = new Group();
                _writing = group;
            }

            try
            {
                _file!.Write(group.Writes);
                lock (_lock)
                {
                    _durable = group.Last;
                    _writing = null;
                }

                group.Done.SetResult();
            }
            catch (Exception exception)
            {
                Fail(exception, group);
                return;
            }
        }
    }

    private void Fail(Exception exception, Group group)
    {
        lock (_lock)
        {
            _failure = exception;
            group.Done.SetException(Refused(exception));
            _gathering.Done.SetException(Refused(exception));
        }

        _failed.SetException(Refused(exception));
    }

    private sealed class Group
    {
        public List<Write> Writes { get; } = [];

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Last { get; set; }
    }
}
