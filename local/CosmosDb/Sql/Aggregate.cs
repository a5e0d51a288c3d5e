namespace Chat.Local.CosmosDb.Sql;

/// <summary>COUNT, COUNTIF, SUM, AVG, MIN or MAX over the rows of a group.</summary>
/// <param name="number">Its place among the aggregates of the whole query.</param>
/// <param name="text">Where its argument stands in the query.</param>
internal sealed class Aggregate(string kind, int number, Expression argument, Range text) : Expression
{
    public string Kind => kind;

    public int Number => number;

    public Range ArgumentText => text;

    public static bool IsName(string name) => name.ToUpperInvariant() is "COUNT" or "COUNTIF" or "SUM" or "AVG" or "MIN" or "MAX";

    public void Add(Row row, Row group) => group.Fold(number).Add(argument.Evaluate(row));

    /// <summary>The result for the group that the row stands for.</summary>
    protected override SqlValue ValueIn(Row row) => row.Fold(number).Result(kind);
}
