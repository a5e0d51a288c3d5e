namespace Chat.Local.CosmosDb.Sql;

/// <summary>A path to sort by.</summary>
internal sealed record SortKey(JsonPath Path, bool Descending);

/// <summary>What an index or an ORDER BY sorts by; without keys, documents come as they were created.</summary>
internal sealed class SortOrder(IReadOnlyList<SortKey> keys) : IEquatable<SortOrder>
{
    public static SortOrder Creation { get; } = new([]);

    public IReadOnlyList<SortKey> Keys => keys;

    public SortOrder Reversed() => new([.. keys.Select(key => key with { Descending = !key.Descending })]);

    /// <summary>Compares the values at the keys.</summary>
    public int Compare(ReadOnlySpan<SqlValue> left, ReadOnlySpan<SqlValue> right)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var order = left[i].CompareWith(right[i]);
            if (order != 0)
            {
                return keys[i].Descending ? -order : order;
            }
        }

        return 0;
    }

    public bool Equals(SortOrder? other) => other is not null && keys.SequenceEqual(other.Keys);

    public override bool Equals(object? obj) => Equals(obj as SortOrder);

    public override int GetHashCode() => keys.Count == 0 ? 0 : keys[0].GetHashCode();
}
