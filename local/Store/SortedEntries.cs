namespace Chat.Local.Store;

/// <summary>What a change did to an entry of an index.</summary>
internal enum EntryState : byte
{
    /// <summary>It is there, and wasn't before.</summary>
    Added,

    /// <summary>It was there before, went, and has come back.</summary>
    Restored,

    /// <summary>It was there before.</summary>
    Removed,
}

/// <summary>An entry of an index, and what became of it.</summary>
internal readonly record struct EntryChange(byte[] Key, long Number, EntryState State)
{
    public bool IsThere => State != EntryState.Removed;

    public int CompareTo(ReadOnlySpan<byte> key, long number)
    {
        var order = Key.AsSpan().SequenceCompareTo(key);
        return order != 0 ? order : Number.CompareTo(number);
    }
}

/// <summary>Entries of one index in order. Seeks and single changes cost O(log n) and a short copy. The caller keeps others away.</summary>
internal sealed class SortedEntries
{
    private const int ChunkSize = 256;

    private readonly List<List<EntryChange>> _chunks = [];

    public int Count { get; private set; }

    public EntryChange? Find(ReadOnlySpan<byte> key, long number) =>
        At(Seek(key, number)) is { } entry && entry.CompareTo(key, number) == 0 ? entry : null;

    /// <summary>The first entry under a key.</summary>
    public EntryChange? First(ReadOnlySpan<byte> key) =>
        At(Seek(key, long.MinValue)) is { } entry && entry.Key.AsSpan().SequenceEqual(key) ? entry : null;

    /// <summary>Adds an entry, or puts it in place of the same.</summary>
    public void Set(EntryChange entry)
    {
        var (chunk, index) = Seek(entry.Key, entry.Number);
        if (chunk == _chunks.Count)
        {
            if (chunk == 0 || _chunks[^1].Count == ChunkSize)
            {
                _chunks.Add([]);
            }

            _chunks[^1].Add(entry);
            Count++;
            return;
        }

        var entries = _chunks[chunk];
        if (entries[index].CompareTo(entry.Key, entry.Number) == 0)
        {
            entries[index] = entry;
            return;
        }

        Count++;
        entries.Insert(index, entry);
        if (entries.Count > ChunkSize)
        {
            _chunks.Insert(chunk + 1, entries.GetRange(ChunkSize / 2, entries.Count - (ChunkSize / 2)));
            entries.RemoveRange(ChunkSize / 2, entries.Count - (ChunkSize / 2));
        }
    }

    /// <summary>Forgets an entry that it has.</summary>
    public void Remove(ReadOnlySpan<byte> key, long number)
    {
        var (chunk, index) = Seek(key, number);
        Count--;
        _chunks[chunk].RemoveAt(index);
        if (_chunks[chunk].Count == 0)
        {
            _chunks.RemoveAt(chunk);
        }
    }

    public IEnumerable<EntryChange> All() => _chunks.SelectMany(static entries => entries);

    /// <summary>The entries after a place, upwards and below a key, or downwards and not below a key.</summary>
    public IEnumerable<EntryChange> From(IndexEntry from, byte[] to, bool backwards) => backwards ? Downwards(from, to) : Upwards(from, to);

    private IEnumerable<EntryChange> Upwards(IndexEntry from, byte[] to)
    {
        var (chunk, index) = Seek(from.Key, from.Number);
        for (; chunk < _chunks.Count; chunk++, index = 0)
        {
            for (; index < _chunks[chunk].Count; index++)
            {
                var entry = _chunks[chunk][index];
                if (entry.Key.AsSpan().SequenceCompareTo(to) >= 0)
                {
                    yield break;
                }

                if (entry.Number != from.Number || !entry.Key.AsSpan().SequenceEqual(from.Key))
                {
                    yield return entry;
                }
            }
        }
    }

    private IEnumerable<EntryChange> Downwards(IndexEntry from, byte[] to)
    {
        var (chunk, index) = Seek(from.Key, from.Number);
        while (index > 0 || --chunk >= 0)
        {
            index = index > 0 ? index : _chunks[chunk].Count;
            var entry = _chunks[chunk][--index];
            if (entry.Key.AsSpan().SequenceCompareTo(to) < 0)
            {
                yield break;
            }

            yield return entry;
        }
    }

    private EntryChange? At((int Chunk, int Index) place) => place.Chunk < _chunks.Count ? _chunks[place.Chunk][place.Index] : null;

    /// <summary>Where the first entry stands that isn't before; past the last chunk when all are.</summary>
    private (int Chunk, int Index) Seek(ReadOnlySpan<byte> key, long number)
    {
        var (low, high) = (0, _chunks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_chunks[middle][^1].CompareTo(key, number) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == _chunks.Count)
        {
            return (low, 0);
        }

        var entries = _chunks[low];
        var (from, to) = (0, entries.Count - 1);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (entries[middle].CompareTo(key, number) < 0)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return (low, from);
    }
}
