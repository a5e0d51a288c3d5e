namespace Chat.Local.Store;

/// <summary>
/// What <see cref="LocalStore"/> reads: the latest changes, in memory, over those that are on their way into the tables, over the tables.
/// Without tables the latest changes are everything. The caller keeps others away.
/// </summary>
/// <remarks>
/// So a write costs no more than memory, and what changes often goes into the tables once for each log. What is on its way may be in the
/// tables half: it is read from above.
/// </remarks>
internal sealed class Layers(Tables? tables) : IDisposable
{
    /// <summary>How many entries are read of the tables first, and at most, where there are changes over them.</summary>
    private const int FirstChunk = 4;
    private const int LargestChunk = 128;

    /// <summary>About how many bytes of changes are in memory before they move, and as many come meanwhile at most.</summary>
    private const long Limit = 16 * 1024 * 1024;

    private Changes _latest = new(tables is not null);
    private Changes? _moving;
    private IEnumerator<bool>? _steps;

    public Tables? Tables => tables;

    /// <summary>Whether changes are on their way into the tables.</summary>
    public bool IsMoving => _moving is not null;

    /// <summary>Whether there are so many changes that they are to move.</summary>
    public bool IsFull => _latest.Size > Limit;

    /// <summary>About how many bytes the changes take that aren't in the tables yet.</summary>
    public long Size => _latest.Size + (_moving?.Size ?? 0);

    /// <summary>About how many writes were on their way when the move began.</summary>
    public int MovingCount { get; private set; }

    /// <summary>The largest number in use.</summary>
    public long LastId => Math.Max(tables?.State.LastId ?? 0, Math.Max(_latest.LastId, _moving?.LastId ?? 0));

    public void Apply(in Write write) => _latest.Apply(write);

    /// <summary>All records, by ascending id, while no change lies over those that are on their way into the tables.</summary>
    public IEnumerable<Record> Records()
    {
        var changed = (_moving ?? _latest).Records;
        var unchanged = tables?.Records().Where(record => !changed.ContainsKey(record.Id)) ?? [];
        return unchanged.Concat(changed.Values.OfType<Record>()).OrderBy(static record => record.Id);
    }

    public byte[]? Row(long number) =>
        _latest.TryRow(number, out var row) || _moving?.TryRow(number, out row) == true ? row : tables?.Row(number);

    /// <summary>A row that an index says is there.</summary>
    public byte[] RowOf(long number) => Row(number) ?? throw StoreFailure.MissingRow(tables?.Path ?? "memory", number);

    /// <summary>The number that an index has under a key, where it has one at most.</summary>
    public long? Find(IndexName index, ReadOnlySpan<byte> key)
    {
        var (latest, moving) = ChangesOf(index);
        if (latest?.Entries.First(key) is { } entry)
        {
            return entry.IsThere ? entry.Number : FindBelow(index, key);
        }

        if (latest?.IsCleared != true && moving?.Entries.First(key) is { } earlier)
        {
            return earlier.IsThere ? earlier.Number : FindBelow(index, key);
        }

        return IsCleared(latest, moving) ? null : tables?.Find(index, key);
    }

    /// <summary>The next entries of an index: those after a place, upwards and below a key, or downwards and not below a key.</summary>
    public List<IndexEntry> Scan(IndexName index, IndexEntry from, byte[] to, bool backwards, int count)
    {
        var (latest, moving) = ChangesOf(index);
        if (latest is null && moving is null)
        {
            return tables?.Scan(index, from, to, backwards, count) ?? [];
        }

        var entries = IsCleared(latest, moving) || tables is null ? null : InTables(tables, index, from, to, backwards);
        entries = latest?.IsCleared == true ? null : Over(moving?.Entries.From(from, to, backwards), entries, backwards);
        entries = Over(latest?.Entries.From(from, to, backwards), entries, backwards) ?? [];
        var found = new List<IndexEntry>(Math.Min(count, LargestChunk));
        foreach (var entry in entries)
        {
            if (entry.IsThere)
            {
                found.Add(new IndexEntry(entry.Key, entry.Number));
                if (found.Count == count)
                {
                    break;
                }
            }
        }

        return found;
    }

    public long Count(IndexName index)
    {
        var (latest, moving) = ChangesOf(index);
        var count = latest?.Growth ?? 0L;
        if (tables is null || latest?.IsCleared == true)
        {
            return count;
        }

        // Some of what is on its way is in the tables by now.
        return moving?.IsCleared == true
            ? count + moving.Growth
            : count + tables.Count(index) + (moving?.Entries.All().Sum(entry => Missing(tables, index, entry)) ?? 0);
    }

    /// <summary>The changes so far are to move into the tables; what comes lies over them.</summary>
    public void BeginMove()
    {
        tables!.Renew();
        (_moving, _latest) = (_latest, new Changes(hasBelow: true));
        MovingCount = _moving.Count;
        _steps = Steps(tables, _moving).GetEnumerator();
    }

    /// <summary>Moves so many changes, of which the clearing of a large index is many; says if there are more.</summary>
    public bool Move(int count)
    {
        for (var moved = 0; moved < count; moved++)
        {
            if (!_steps!.MoveNext())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The tables have all that was to move, and say that they are up to there.</summary>
    public void EndMove(TablesState state)
    {
        tables!.Commit(state with { LastId = Math.Max(tables.State.LastId, _moving!.LastId) });
        (_moving, _steps) = (null, null);
    }

    public void Dispose() => tables?.Dispose();

    private static IEnumerable<bool> Steps(Tables tables, Changes changes)
    {
        foreach (var write in changes.Writes())
        {
            while (write.Kind == WriteKind.ClearIndex && tables.ClearSome(write.Index))
            {
                yield return true;
            }

            tables.Apply(write);
            yield return true;
        }
    }

    private static bool IsCleared(IndexChanges? latest, IndexChanges? moving) => latest?.IsCleared == true || moving?.IsCleared == true;

    private (IndexChanges? Latest, IndexChanges? Moving) ChangesOf(IndexName index) => (_latest.Find(index), _moving?.Find(index));

    /// <summary>By how much the tables still grow by a change.</summary>
    private static long Missing(Tables tables, IndexName index, EntryChange entry)
    {
        var isThere = tables.Scan(index, new IndexEntry(entry.Key, entry.Number - 1), [.. entry.Key, 0], backwards: false, 1)
            is [var first] && first.Number == entry.Number;
        return (entry.IsThere ? 1 : 0) - (isThere ? 1 : 0);
    }

    /// <summary>What a key has after its first change took one away.</summary>
    private long? FindBelow(IndexName index, ReadOnlySpan<byte> key)
    {
        var found = Scan(index, new IndexEntry(key.ToArray(), long.MinValue), [.. key, 0], backwards: false, 1);
        return found.Count == 0 ? null : found[0].Number;
    }

    private static IEnumerable<EntryChange> InTables(Tables tables, IndexName index, IndexEntry from, byte[] to, bool backwards)
    {
        for (var count = FirstChunk; ; count = Math.Min(LargestChunk, count * 4))
        {
            var entries = tables.Scan(index, from, to, backwards, count);
            foreach (var entry in entries)
            {
                yield return new EntryChange(entry.Key, entry.Number, EntryState.Added);
            }

            if (entries.Count < count)
            {
                yield break;
            }

            from = entries[^1];
        }
    }

    private static IEnumerable<EntryChange>? Over(IEnumerable<EntryChange>? upper, IEnumerable<EntryChange>? lower, bool backwards) =>
        upper is null ? lower : lower is null ? upper : Merge(upper, lower, backwards);

    /// <summary>Both in one order; where both have an entry, the upper one counts.</summary>
    private static IEnumerable<EntryChange> Merge(IEnumerable<EntryChange> upper, IEnumerable<EntryChange> lower, bool backwards)
    {
        using var above = upper.GetEnumerator();
        using var below = lower.GetEnumerator();
        var (hasAbove, hasBelow) = (above.MoveNext(), below.MoveNext());
        while (hasAbove || hasBelow)
        {
            var order = !hasAbove ? 1 : !hasBelow ? -1 : above.Current.CompareTo(below.Current.Key, below.Current.Number);
            order = backwards && hasAbove && hasBelow ? -order : order;
            yield return order <= 0 ? above.Current : below.Current;
            hasAbove = order <= 0 ? above.MoveNext() : hasAbove;
            hasBelow = order >= 0 ? below.MoveNext() : hasBelow;
        }
    }
}
