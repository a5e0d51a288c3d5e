namespace Chat.Local.CosmosDb.Sql;

/// <summary>A parsed query or subquery, its parameters put in.</summary>
internal sealed record SelectQuery
{
    /// <summary>The query as it came.</summary>
    public required string Text { get; init; }

    /// <summary>The name that stands for the document; empty where none does.</summary>
    public required string Alias { get; init; }

    public required Projection Projection { get; init; }

    /// <summary>What FROM and JOIN bind beside the document itself.</summary>
    public IReadOnlyList<Source> Sources { get; init; } = [];

    /// <summary>Where the FROM clause stands in the query; empty when there is none.</summary>
    public Range FromText { get; init; }

    /// <summary>A query without FROM has one row, of constants.</summary>
    public bool HasFrom { get; init; }

    public Expression? Where { get; init; }

    /// <summary>Where the condition stands in the query.</summary>
    public Range WhereText { get; init; }

    public IReadOnlyList<SelectedValue> GroupBy { get; init; } = [];

    public SortOrder Order { get; init; } = SortOrder.Creation;

    /// <summary>How many results are left out at the start.</summary>
    public long Skip { get; init; }

    /// <summary>How many results there are at most.</summary>
    public long Take { get; init; } = long.MaxValue;

    public bool IsDistinct { get; init; }

    /// <summary>The aggregates in the projection.</summary>
    public IReadOnlyList<Aggregate> Aggregates { get; init; } = [];

    /// <summary>Whether results are made of groups of rows rather than of rows.</summary>
    public bool IsGrouped => Aggregates.Count > 0 || GroupBy.Count > 0;

    /// <summary>How many names and aggregates the query has with its subqueries; only the outermost knows.</summary>
    public (int Slots, int Folds) Size { get; init; }

    public Row NewRow() => new(Size.Slots, Size.Folds);

    /// <summary>The rows that sources and condition make of a row; each is the same object, bound anew.</summary>
    public IEnumerable<Row> Bind(Row row)
    {
        if (Sources.Count == 0)
        {
            return Where?.Evaluate(row).IsTrue == false ? [] : [row];
        }

        var bound = Bind(row, 0);
        return Where is { } where ? bound.Where(one => where.Evaluate(one).IsTrue) : bound;
    }

    /// <summary>The results of a subquery in a row of the query around it.</summary>
    public IEnumerable<SqlValue> Results(Row row)
    {
        var rows = Bind(row);
        if (IsGrouped)
        {
            var groups = new Groups(this, row);
            foreach (var one in rows)
            {
                groups.Add(one);
            }

            rows = groups.Rows;
        }

        var results = rows.Select(Projection.Evaluate).Where(value => value.IsDefined);
        results = IsDistinct ? results.DistinctBy(value => value.ToIdentity(), StringComparer.Ordinal) : results;
        return Take < int.MaxValue ? results.Take((int)Take) : results;
    }

    private IEnumerable<Row> Bind(Row row, int from)
    {
        if (from == Sources.Count)
        {
            yield return row;
            yield break;
        }

        foreach (var value in Sources[from].Values(row))
        {
            row.Bind(Sources[from].Slot, value);
            foreach (var bound in Bind(row, from + 1))
            {
                yield return bound;
            }
        }
    }
}
