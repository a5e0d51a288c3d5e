using System.Runtime.InteropServices;

namespace Chat.Local.Store;

/// <summary>Writes in memory, each thing as it is after the last of them.</summary>
/// <param name="hasBelow">Whether they lie over others or over tables, and so remember what they deleted.</param>
internal sealed class Changes(bool hasBelow)
{
    /// <summary>About what a change takes beside its bytes.</summary>
    private const int Overhead = 100;

    private readonly Dictionary<long, Record?> _records = [];
    private readonly Dictionary<long, byte[]?> _rows = [];
    private readonly Dictionary<IndexName, IndexChanges> _indexes = [];

    /// <summary>Records by id, null where one was deleted.</summary>
    public IReadOnlyDictionary<long, Record?> Records => _records;

    /// <summary>The largest number in use.</summary>
    public long LastId { get; private set; }

    /// <summary>About how many bytes of memory they take.</summary>
    public long Size { get; private set; }

    /// <summary>How many writes they come to, at most.</summary>
    public int Count => _records.Count + _rows.Count + _indexes.Values.Sum(static index => index.Entries.Count + 1);

    public void Apply(in Write write)
    {
        LastId = Math.Max(LastId, Math.Max(write.Number, write.Index.Scope));
        switch (write.Kind)
        {
            case WriteKind.PutRecord or WriteKind.DeleteRecord:
                // Records are read at a start only.
                if (hasBelow)
                {
                    Set(_records, write.Number, write.Record, static record => record.Value.Length + (2 * record.Key.Length));
                }

                break;
            case WriteKind.PutRow:
                Set(_rows, write.Number, write.Bytes, static row => row.Length);
                break;
            case WriteKind.DeleteRow when hasBelow:
                Set(_rows, write.Number, null, static row => row.Length);
                break;
            case WriteKind.DeleteRow:
                _rows.Remove(write.Number);
                break;
            case WriteKind.AddEntry or WriteKind.RemoveEntry:
                var index = Index(write.Index);
                var before = index.Entries.Count;
                index.Apply(write);
                Size += (index.Entries.Count - before) * (Overhead + write.Bytes.Length);
                break;
            case WriteKind.ClearIndex when hasBelow:
                Index(write.Index).Clear();
                break;
            case WriteKind.ClearIndex:
                _indexes.Remove(write.Index);
                break;
            default:
                throw new LocalStoreException($"A change is of kind {(int)write.Kind}, which this version doesn't know.");
        }
    }

    /// <summary>Whether a row was put (then its value) or deleted.</summary>
    public bool TryRow(long number, out byte[]? value) => _rows.TryGetValue(number, out value);

    public IndexChanges? Find(IndexName index) => _indexes.GetValueOrDefault(index);

    /// <summary>What the changes come to, in the order of the tables.</summary>
    public IEnumerable<Write> Writes()
    {
        foreach (var (id, record) in _records.OrderBy(static pair => pair.Key))
        {
            yield return record is null ? Write.Delete(id) : Write.Put(record);
        }

        foreach (var (number, value) in _rows.OrderBy(static pair => pair.Key))
        {
            yield return value is null ? Write.DeleteRow(number) : Write.PutRow(number, value);
        }

        foreach (var (index, changes) in _indexes.OrderBy(static pair => pair.Key.Scope).ThenBy(static pair => pair.Key.Kind))
        {
            if (changes.IsCleared)
            {
                yield return Write.ClearIndex(index);
            }

            foreach (var (key, number, state) in changes.Entries.All())
            {
                yield return state == EntryState.Removed ? Write.RemoveEntry(index, key, number) : Write.AddEntry(index, key, number);
            }
        }
    }

    private void Set<T>(Dictionary<long, T?> to, long number, T? value, Func<T, int> length)
        where T : class
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(to, number, out var wasThere);
        Size += (wasThere ? 0 : Overhead) + LengthOf(value) - LengthOf(place);
        place = value;

        int LengthOf(T? one) => one is null ? 0 : length(one);
    }

    private IndexChanges Index(IndexName index) =>
        _indexes.TryGetValue(index, out var changes) ? changes : _indexes[index] = new IndexChanges(hasBelow);
}
