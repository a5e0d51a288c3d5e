using System.Text;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>The groups that a query with aggregates or GROUP BY makes of its rows; without GROUP BY all of them are one.</summary>
/// <remarks>The first row of a group stands for it: what isn't aggregated is the same in all of them.</remarks>
internal sealed class Groups
{
    private readonly SelectQuery _query;
    private readonly Dictionary<string, Row> _groups = new(StringComparer.Ordinal);

    /// <param name="row">The row that all others are bindings of; the group of none is made of it.</param>
    public Groups(SelectQuery query, Row row)
    {
        _query = query;
        if (query.GroupBy.Count == 0)
        {
            _groups.Add("", row.ForGroup(query.Aggregates));
        }
    }

    public IEnumerable<Row> Rows => _groups.Values;

    public void Add(Row row)
    {
        var key = KeyOf(row);
        if (!_groups.TryGetValue(key, out var group))
        {
            group = row.ForGroup(_query.Aggregates);
            _groups.Add(key, group);
        }

        foreach (var aggregate in _query.Aggregates)
        {
            aggregate.Add(row, group);
        }
    }

    private string KeyOf(Row row)
    {
        var key = new StringBuilder();
        foreach (var one in _query.GroupBy)
        {
            key.Append(one.Value.Evaluate(row).ToIdentity()).Append('\n');
        }

        return key.ToString();
    }
}
