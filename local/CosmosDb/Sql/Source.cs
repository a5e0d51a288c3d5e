namespace Chat.Local.CosmosDb.Sql;

/// <summary>What FROM or JOIN binds a name to, one value after the other.</summary>
internal sealed record Source(int Slot, Func<Row, IEnumerable<SqlValue>> Values)
{
    /// <summary><c>FROM c.path x</c>: the value there, if there is one.</summary>
    public static Source Of(int slot, Expression value) => new(slot, row => value.Evaluate(row) is { IsDefined: true } one ? [one] : []);

    /// <summary><c>x IN c.path</c>: the elements of the array there.</summary>
    public static Source OfElements(int slot, Expression array) =>
        new(slot, row => array.Evaluate(row) is { Type: SqlType.Array } value ? value.Element.EnumerateArray().Select(SqlValue.Of) : []);

    /// <summary><c>JOIN (SELECT …) x</c>: the results of a subquery.</summary>
    public static Source Of(int slot, SelectQuery subquery) => new(slot, subquery.Results);
}
