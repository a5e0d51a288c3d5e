using System.Text.Json;
using Chat.Local.Store;

namespace Chat.Local.Blobs.Storage;

/// <summary>Keeps what there is in the account, one record for each container, blob, block and the service's properties.</summary>
/// <remarks>What is deleted and put in one <see cref="Commit"/> is on disk together or not at all.</remarks>
internal sealed class BlobJournal(LocalStore store)
{
    private const string Containers = "blobs/containers";
    private const string Blobs = "blobs/blobs";
    private const string Blocks = "blobs/blocks";
    private const string Properties = "blobs/properties";

    private readonly List<Write> _writes = [];
    private long _position;

    public IEnumerable<StoredContainer> LoadContainers() =>
        Load<StoredContainer>(Containers).Select(loaded => loaded.Value with { RecordId = loaded.Id });

    public IEnumerable<StoredBlob> LoadBlobs() => Load<StoredBlob>(Blobs).Select(loaded => loaded.Value with { RecordId = loaded.Id });

    public IEnumerable<StoredBlock> LoadBlocks() => Load<StoredBlock>(Blocks).Select(loaded => loaded.Value with { RecordId = loaded.Id });

    /// <summary>The service's properties as XML, with the id of their record; null when none were set.</summary>
    public (long Id, string Value)? LoadProperties() => Load<string>(Properties).LastOrDefault() is { Id: > 0 } loaded ? loaded : null;

    public StoredContainer Put(StoredContainer container)
    {
        var stored = container with { RecordId = store.NewId() };
        Add(stored.RecordId, Containers, stored.Name, stored);
        return stored;
    }

    public StoredBlob Put(StoredBlob blob)
    {
        var stored = blob with { RecordId = store.NewId() };
        Add(stored.RecordId, Blobs, $"{stored.Container}/{stored.Name}", stored);
        return stored;
    }

    public StoredBlock Put(StoredBlock block)
    {
        var stored = block with { RecordId = store.NewId() };
        Add(stored.RecordId, Blocks, $"{stored.Container}/{stored.Blob}", stored);
        return stored;
    }

    /// <summary>Puts the service's properties in place of earlier ones.</summary>
    public long PutProperties(long? earlier, string xml)
    {
        var id = earlier ?? store.NewId();
        Add(id, Properties, "service", xml);
        return id;
    }

    public void Delete(long record)
    {
        if (!store.IsInMemory)
        {
            _writes.Add(Write.Delete(record));
        }
    }

    /// <summary>Hands over what was put and deleted since the last time. The caller holds the account's lock, as for all above.</summary>
    public void Commit()
    {
        if (_writes.Count > 0)
        {
            Volatile.Write(ref _position, store.Put([.. _writes]));
            _writes.Clear();
        }
    }

    /// <summary>Completes when everything committed so far is on disk.</summary>
    public ValueTask WhenDurableAsync() => store.WhenDurableAsync(Volatile.Read(ref _position));

    private void Add<T>(long id, string space, string key, T value)
    {
        if (!store.IsInMemory)
        {
            _writes.Add(Write.Put(new Record(id, space, key, JsonSerializer.SerializeToUtf8Bytes(value))));
        }
    }

    private IEnumerable<(long Id, T Value)> Load<T>(string space) =>
        store.TakeLoaded(space).Select(record => (record.Id, JsonSerializer.Deserialize<T>(record.Value)!));
}
