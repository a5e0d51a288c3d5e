namespace Chat.Local.Blobs.Storage;

/// <summary>What is in a container. Its account's lock guards it.</summary>
internal sealed class Container(StoredContainer properties)
{
    private readonly Dictionary<string, StoredBlob> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoredBlock>> _blocks = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    public StoredContainer Properties { get; set; } = properties;

    public IReadOnlyCollection<StoredBlob> Blobs => _blobs.Values;

    public IEnumerable<StoredBlock> AllBlocks => _blocks.Values.SelectMany(blocks => blocks);

    public StoredBlob? Find(string name) => _blobs.GetValueOrDefault(name);

    /// <summary>The blocks of a blob that no list has committed, in the order in which they came.</summary>
    public IReadOnlyList<StoredBlock> BlocksOf(string name) => _blocks.GetValueOrDefault(name) ?? [];

    public void Set(StoredBlob blob)
    {
        _blobs[blob.Name] = blob;
        _names.Add(blob.Name);
    }

    public void Remove(string name)
    {
        _blobs.Remove(name);
        _names.Remove(name);
    }

    public void Add(StoredBlock block)
    {
        if (!_blocks.TryGetValue(block.Blob, out var blocks))
        {
            _blocks[block.Blob] = blocks = [];
        }

        blocks.Add(block);
    }

    public void Remove(StoredBlock block)
    {
        if (_blocks.TryGetValue(block.Blob, out var blocks) && blocks.Remove(block) && blocks.Count == 0)
        {
            _blocks.Remove(block.Blob);
        }
    }

    /// <summary>The blobs whose names begin with a prefix, in the order of their names, from one on.</summary>
    public IEnumerable<StoredBlob> From(string prefix, string first)
    {
        var start = string.CompareOrdinal(first, prefix) > 0 ? first : prefix;
        if (_names.Count == 0 || string.CompareOrdinal(_names.Max, start) < 0)
        {
            return [];
        }

        return _names.GetViewBetween(start, _names.Max!)
            .TakeWhile(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => _blobs[name]);
    }
}
