using Chat.Local.Store;

namespace Chat.Local.Blobs.Storage;

/// <summary>What there is in the account: containers, blobs, blocks and the bytes behind them.</summary>
/// <remarks>
/// Bytes are on disk before a record refers to them, and go after no durable record does, so that a crash leaves every blob whole, or as
/// it was, or not there. What is answered has to wait for <see cref="SettleAsync"/>.
/// </remarks>
internal sealed class BlobAccount
{
    /// <summary>https://learn.microsoft.com/rest/api/storageservices/put-block: how long a block waits for its list.</summary>
    private static readonly TimeSpan BlocksLive = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Container> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);
    private readonly IByteStore _bytes;
    private readonly BlobJournal _journal;
    private readonly TimeProvider _time;
    private List<string> _garbage = [];
    private (long Id, string Value)? _properties;
    private long _lastTicks;

    public BlobAccount(LocalStore store, TimeProvider time)
    {
        _journal = new BlobJournal(store);
        _time = time;
        Load();
        if (store.BlobDirectory is { } directory)
        {
            var files = new FileByteStore(directory);
            files.DeleteOthers(_references.Keys.ToHashSet(StringComparer.Ordinal));
            _bytes = files;
        }
        else
        {
            _bytes = new MemoryByteStore();
        }
    }

    public IByteStore Bytes => _bytes;

    /// <summary>The service's properties as they were set; null when they never were.</summary>
    public string? ServiceProperties
    {
        get => _properties?.Value;
        set
        {
            lock (_lock)
            {
                _properties = (_journal.PutProperties(_properties?.Id, value!), value!);
                _journal.Commit();
            }
        }
    }

    /// <summary>Completes when what was done and read so far is on disk, and lets go of bytes that nothing refers to any more.</summary>
    public async ValueTask SettleAsync()
    {
        List<string> garbage;
        lock (_lock)
        {
            garbage = _garbage;
            _garbage = [];
        }

        await _journal.WhenDurableAsync();
        garbage.ForEach(_bytes.Delete);
    }

    /// <summary>Deletes bytes that were saved for a write that came to nothing.</summary>
    public void DeleteUnused(string file)
    {
        lock (_lock)
        {
            if (_references.ContainsKey(file))
            {
                return;
            }
        }

        _bytes.Delete(file);
    }

    public StoredContainer CreateContainer(string name, IReadOnlyDictionary<string, string> metadata) => Change(() =>
    {
        if (_containers.ContainsKey(name))
        {
            throw Refusals.ContainerAlreadyExists();
        }

        var (now, etag) = Stamp();
        var stored = _journal.Put(new StoredContainer(name, now, etag, metadata));
        _containers[name] = new Container(stored);
        return stored;
    });

    public StoredContainer GetContainer(string name) => Change(() => Find(name).Properties);

    public StoredContainer ChangeContainer(string name, Func<StoredContainer, StoredContainer> change) => Change(() =>
    {
        var container = Find(name);
        var changed = change(container.Properties);
        var (now, etag) = Stamp();
        _journal.Delete(container.Properties.RecordId);
        return container.Properties = _journal.Put(changed with { Modified = now, ETag = etag });
    });

    public void DeleteContainer(string name, Action<StoredContainer> check) => Change(() =>
    {
        var container = Find(name);
        check(container.Properties);
        _containers.Remove(name);
        _journal.Delete(container.Properties.RecordId);
        foreach (var blob in container.Blobs)
        {
            _journal.Delete(blob.RecordId);
            Release(blob.Parts);
        }

        foreach (var block in container.AllBlocks)
        {
            _journal.Delete(block.RecordId);
            Release([block.Part]);
        }

        return container;
    });

    public List<StoredContainer> ListContainers() =>
        Change(() => _containers.Values
            .Select(container => container.Properties)
            .OrderBy(container => container.Name, StringComparer.Ordinal)
            .ToList());

    /// <summary>Writes a blob in one step.</summary>
    /// <param name="decide">Makes it of what is there and of the blocks that no list has committed, or refuses.</param>
    /// <param name="commits">Whether the uncommitted blocks go, as they do with a new content.</param>
    public StoredBlob Write(
        string container, string name, Func<StoredBlob?, IReadOnlyList<StoredBlock>, StoredBlob> decide, bool commits) =>
        Change(() =>
        {
            var found = Find(container);
            var earlier = found.Find(name);
            var blocks = found.BlocksOf(name);
            var decided = decide(earlier, [.. blocks.Where(IsAlive)]);
            var (now, etag) = Stamp();
            Retain(decided.Parts);
            if (earlier is not null)
            {
                _journal.Delete(earlier.RecordId);
                Release(earlier.Parts);
            }

            if (commits)
            {
                Drop(found, blocks);
            }

            var stored = _journal.Put(decided with { Modified = now, ETag = etag, Created = earlier?.Created ?? now });
            found.Set(stored);
            return stored;
        });

    public void Delete(string container, string name, Action<StoredBlob?> check) => Change(() =>
    {
        var found = Find(container);
        var blob = found.Find(name);
        check(blob);
        if (blob is null)
        {
            throw Refusals.BlobNotFound();
        }

        _journal.Delete(blob.RecordId);
        Release(blob.Parts);
        Drop(found, found.BlocksOf(name));
        found.Remove(name);
        return blob;
    });

    /// <summary>Adds a block, in place of an uncommitted one of the same id.</summary>
    /// <param name="check">Refuses it by those that are there.</param>
    public void PutBlock(string container, string name, Part part, Action<StoredBlob?, IReadOnlyList<StoredBlock>> check) => Change(() =>
    {
        var found = Find(container);
        var blocks = found.BlocksOf(name);
        Drop(found, [.. blocks.Where(block => !IsAlive(block))]);
        check(found.Find(name), [.. blocks]);
        Retain([part]);
        Drop(found, [.. blocks.Where(block => block.Part.Block == part.Block)]);
        found.Add(_journal.Put(new StoredBlock(container, name, part, _time.GetUtcNow())));
        return part;
    });

    /// <summary>The blob and its uncommitted blocks, as they are now.</summary>
    public (StoredBlob? Blob, IReadOnlyList<StoredBlock> Blocks) Look(string container, string name) => Change(() =>
    {
        var found = Find(container);
        return (found.Find(name), (IReadOnlyList<StoredBlock>)[.. found.BlocksOf(name).Where(IsAlive)]);
    });

    /// <summary>Opens a part of a blob, which stays there until the stream is disposed.</summary>
    /// <param name="check">Refuses by what is there, or says which bytes are wanted.</param>
    public (StoredBlob Blob, ByteRange Range, PartsStream Stream) Open(
        string container, string name, Func<StoredBlob?, (StoredBlob, ByteRange)> check) => Change(() =>
    {
        var (blob, range) = check(Find(container).Find(name));
        Retain(blob.Parts);
        return (blob, range, new PartsStream(_bytes, blob.Parts, range, () => Change(() => Release(blob.Parts))));
    });

    /// <summary>Up to so many blobs from a name on, and the name to go on with; null at the end.</summary>
    public (IReadOnlyList<StoredBlob> Blobs, string? Next) List(string container, string prefix, string first, int max) => Change(() =>
    {
        var page = Find(container).From(prefix, first).Take(max + 1).ToList();
        return ((IReadOnlyList<StoredBlob>)[.. page.Take(max)], page.Count > max ? page[max].Name : null);
    });

    private static void Adjust(Dictionary<string, int> references, string file, int by) =>
        references[file] = references.GetValueOrDefault(file) + by;

    private void Load()
    {
        _properties = _journal.LoadProperties();
        foreach (var container in _journal.LoadContainers())
        {
            _containers[container.Name] = new Container(container);
        }

        foreach (var blob in _journal.LoadBlobs())
        {
            _containers[blob.Container].Set(blob);
            Retain(blob.Parts);
            _lastTicks = Math.Max(_lastTicks, Convert.ToInt64(blob.ETag.Trim('"'), 16));
        }

        foreach (var block in _journal.LoadBlocks())
        {
            _containers[block.Container].Add(block);
            Retain([block.Part]);
        }
    }

    private T Change<T>(Func<T> change)
    {
        lock (_lock)
        {
            try
            {
                return change();
            }
            finally
            {
                _journal.Commit();
            }
        }
    }

    private Container Find(string name) => _containers.GetValueOrDefault(name) ?? throw Refusals.ContainerNotFound();

    private bool IsAlive(StoredBlock block) => block.PutAt + BlocksLive > _time.GetUtcNow();

    private void Drop(Container container, IReadOnlyList<StoredBlock> blocks)
    {
        foreach (var block in blocks.ToList())
        {
            container.Remove(block);
            _journal.Delete(block.RecordId);
            Release([block.Part]);
        }
    }

    private void Retain(IEnumerable<Part> parts)
    {
        foreach (var part in parts)
        {
            Adjust(_references, part.File, 1);
        }
    }

    private int Release(IEnumerable<Part> parts)
    {
        foreach (var part in parts)
        {
            Adjust(_references, part.File, -1);
            if (_references[part.File] == 0)
            {
                _references.Remove(part.File);
                _garbage.Add(part.File);
            }
        }

        return _garbage.Count;
    }

    /// <summary>Now, and an ETag that no other write has.</summary>
    private (DateTimeOffset Now, string ETag) Stamp()
    {
        var now = _time.GetUtcNow();
        _lastTicks = Math.Max(_lastTicks + 1, now.UtcTicks);
        return (now, $"\"0x{_lastTicks:X}\"");
    }
}
