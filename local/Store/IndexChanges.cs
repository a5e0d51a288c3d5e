namespace Chat.Local.Store;

/// <summary>What was changed in one index, over what lies below.</summary>
/// <param name="hasBelow">Whether anything lies below.</param>
internal sealed class IndexChanges(bool hasBelow)
{
    private bool _hasBelow = hasBelow;

    public SortedEntries Entries { get; private set; } = new();

    /// <summary>Nothing counts that lies below.</summary>
    public bool IsCleared { get; private set; }

    /// <summary>By how many entries it has grown.</summary>
    public int Growth { get; private set; }

    public void Clear()
    {
        (Entries, Growth, IsCleared, _hasBelow) = (new SortedEntries(), 0, true, false);
    }

    /// <summary>Adds an entry or removes it.</summary>
    public void Apply(in Write write)
    {
        if (write.Kind == WriteKind.AddEntry)
        {
            Add(write.Bytes, write.Number);
        }
        else
        {
            Remove(write.Bytes, write.Number);
        }
    }

    private void Add(byte[] key, long number)
    {
        var before = _hasBelow ? Entries.Find(key, number) : null;
        if (before is not { IsThere: true })
        {
            Growth++;
            Entries.Set(new EntryChange(key, number, before is null ? EntryState.Added : EntryState.Restored));
        }
    }

    /// <summary>An entry that came and went leaves nothing behind.</summary>
    private void Remove(byte[] key, long number)
    {
        switch (Entries.Find(key, number))
        {
            case { State: EntryState.Added }:
                Growth--;
                Entries.Remove(key, number);
                break;
            case { State: EntryState.Restored }:
            case null when _hasBelow:
                Growth--;
                Entries.Set(new EntryChange(key, number, EntryState.Removed));
                break;
        }
    }
}
