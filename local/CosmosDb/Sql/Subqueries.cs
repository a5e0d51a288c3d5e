using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary><c>(SELECT …)</c>: the one result of a subquery; undefined when it has none.</summary>
internal sealed class ScalarSubquery(SelectQuery query) : Expression
{
    protected override SqlValue ValueIn(Row row)
    {
        using var results = query.Results(row).GetEnumerator();
        if (!results.MoveNext())
        {
            return SqlValue.Undefined;
        }

        var only = results.Current;
        return results.MoveNext()
            ? throw new RefusedException(400, "The cardinality of a scalar subquery result set cannot be greater than one.")
            : only;
    }
}

/// <summary><c>EXISTS(SELECT …)</c>.</summary>
internal sealed class ExistsSubquery(SelectQuery query) : Expression
{
    protected override SqlValue ValueIn(Row row) => SqlValue.Of(query.Results(row).Any());
}

/// <summary><c>ARRAY(SELECT …)</c>.</summary>
internal sealed class ArraySubquery(SelectQuery query) : Expression
{
    protected override SqlValue ValueIn(Row row) => Json.Array(query.Results(row));
}
