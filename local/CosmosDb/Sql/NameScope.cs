using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>The names that one SELECT binds, and what its select list was seen to hold.</summary>
/// <param name="outer">Those of the query around a subquery, which it sees too.</param>
internal sealed class NameScope(NameScope? outer)
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<Aggregate> _aggregates = [];
    private readonly List<PathExpression> _bare = [];

    public NameScope? Outer => outer;

    /// <summary>The name that is bound, when it is one.</summary>
    public KeyValuePair<string, int>? Only => _slots.Count == 1 ? _slots.First() : null;

    /// <summary>Whether this is the select list, outside of an aggregate.</summary>
    public bool AllowsAggregates { get; set; }

    public IReadOnlyList<Aggregate> Aggregates => _aggregates;

    /// <summary>The paths that the select list names outside of aggregates.</summary>
    public IReadOnlyList<PathExpression> Bare => _bare;

    public void Bind(string name, int slot)
    {
        if (!_slots.TryAdd(name, slot))
        {
            throw new RefusedException(400, $"The input alias '{name}' is specified more than once in the FROM clause.");
        }
    }

    public int? Find(string name) => _slots.TryGetValue(name, out var slot) ? slot : outer?.Find(name);

    public void Add(Aggregate aggregate) => _aggregates.Add(aggregate);

    /// <summary>Notes a path in every select list that it stands in and whose names it begins with.</summary>
    public void Note(PathExpression path)
    {
        if (AllowsAggregates && _slots.ContainsValue(path.Slot))
        {
            _bare.Add(path);
        }

        outer?.Note(path);
    }
}
