namespace Chat.Local.CosmosDb.Storage;

/// <summary>Items in the order of a comparison that holds no two equal. Seeks and single changes cost O(log n) and a short copy.</summary>
/// <remarks>A list of sorted chunks. Appending at the end, which is what logs do, leaves full chunks behind. The caller locks.</remarks>
internal sealed class OrderedItems(Comparison<Item> compare)
{
    private const int ChunkSize = 512;

    private readonly List<List<Item>> _chunks = [];

    public void Add(Item item)
    {
        var (chunk, index) = Seek(other => compare(other, item) < 0);
        if (chunk == _chunks.Count)
        {
            if (chunk == 0 || _chunks[^1].Count == ChunkSize)
            {
                _chunks.Add([item]);
            }
            else
            {
                _chunks[^1].Add(item);
            }

            return;
        }

        var items = _chunks[chunk];
        items.Insert(index, item);
        if (items.Count > ChunkSize)
        {
            _chunks.Insert(chunk + 1, items.GetRange(ChunkSize / 2, items.Count - (ChunkSize / 2)));
            items.RemoveRange(ChunkSize / 2, items.Count - (ChunkSize / 2));
        }
    }

    public void Remove(Item item)
    {
        var (chunk, index) = Seek(other => compare(other, item) < 0);
        var items = _chunks[chunk];
        if (!ReferenceEquals(items[index], item))
        {
            throw new InvalidOperationException("The index doesn't hold this version of the item.");
        }

        items.RemoveAt(index);
        if (items.Count == 0)
        {
            _chunks.RemoveAt(chunk);
        }
    }

    /// <summary>The items from the first that isn't before, upwards. <paramref name="isBefore"/> holds for a prefix of the order.</summary>
    public IEnumerable<Item> Upwards(Func<Item, bool> isBefore)
    {
        var (chunk, index) = Seek(isBefore);
        for (; chunk < _chunks.Count; chunk++, index = 0)
        {
            for (; index < _chunks[chunk].Count; index++)
            {
                yield return _chunks[chunk][index];
            }
        }
    }

    /// <summary>The items from the last that is before, downwards. <paramref name="isBefore"/> holds for a prefix of the order.</summary>
    public IEnumerable<Item> Downwards(Func<Item, bool> isBefore)
    {
        var (chunk, index) = Seek(isBefore);
        while (true)
        {
            if (index == 0)
            {
                if (--chunk < 0)
                {
                    yield break;
                }

                index = _chunks[chunk].Count;
            }

            yield return _chunks[chunk][--index];
        }
    }

    /// <summary>Where the first item stands that isn't before; past the last chunk when all are.</summary>
    private (int Chunk, int Index) Seek(Func<Item, bool> isBefore)
    {
        var low = 0;
        var high = _chunks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(_chunks[middle][^1]))
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

        var items = _chunks[low];
        var from = 0;
        var to = items.Count - 1;
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (isBefore(items[middle]))
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
