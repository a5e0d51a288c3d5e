namespace Chat.Local.CosmosDb.Sql;

/// <summary>A parsed query, its parameters put in.</summary>
internal sealed record SelectQuery
{
    /// <summary>The query as it came.</summary>
    public required string Text { get; init; }

    /// <summary>The name that stands for the document.</summary>
    public required string Alias { get; init; }

    public required Projection Projection { get; init; }

    public Expression? Where { get; init; }

    /// <summary>Where the condition stands in the query.</summary>
    public Range WhereText { get; init; }

    public SortOrder Order { get; init; } = SortOrder.Creation;

    /// <summary>How many results are left out at the start.</summary>
    public long Skip { get; init; }

    /// <summary>How many results there are at most.</summary>
    public long Take { get; init; } = long.MaxValue;

    public bool IsDistinct { get; init; }

    /// <summary>The aggregates in the projection; with any, the query has one result.</summary>
    public IReadOnlyList<Aggregate> Aggregates { get; init; } = [];
}
