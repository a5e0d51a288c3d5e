using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Parses a query, and the subqueries in it.</summary>
internal sealed class SelectParser
{
    /// <summary>The longest query that the service takes, in characters.</summary>
    private const int LengthLimit = 262_144;

    /// <summary>How much deeper than a bracket parsing and evaluation go for a subquery.</summary>
    private const int SubqueryDepth = 8;

    private readonly string _sql;
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private readonly FromParser _from;

    public SelectParser(string sql, IReadOnlyDictionary<string, SqlValue> parameters, DateTimeOffset now)
    {
        if (sql.Length > LengthLimit)
        {
            throw new RefusedException(400, $"The query has more than {LengthLimit} characters.");
        }

        _sql = sql;
        _tokens = new TokenReader(SqlLexer.Read(sql));
        _expressions = new ExpressionParser(_tokens, parameters, now, ParseSubquery);
        _from = new FromParser(_tokens, _expressions, ParseSubquery);
    }

    public SelectQuery ParseQuery()
    {
        var query = Parse(isSubquery: false);
        _tokens.ExpectEnd();
        return query with { Size = _expressions.Size };
    }

    private SelectQuery ParseSubquery()
    {
        _expressions.Descend(SubqueryDepth);
        var query = Parse(isSubquery: true);
        _tokens.ExpectSymbol(")");
        _expressions.Ascend(SubqueryDepth);
        return query.Order.Keys.Count > 0 || query.Skip > 0
            ? throw new RefusedException(400, "ORDER BY and OFFSET in a subquery aren't supported here.")
            : query;
    }

    private SelectQuery Parse(bool isSubquery)
    {
        _tokens.Expect("SELECT");
        var scope = _expressions.Enter();
        var distinct = _tokens.Take("DISTINCT");
        var take = _tokens.Take("TOP") ? _expressions.Count("TOP") : long.MaxValue;

        // The names in the select list mean something only once FROM has bound them.
        var list = _tokens.Position;
        var hasFrom = _tokens.SkipTo("FROM");
        var start = _tokens.Next.Position;
        var from = hasFrom ? _from.Parse(isSubquery) : new FromClause("", []);
        var fromText = hasFrom ? start.._tokens.Last.End : default;
        var afterFrom = _tokens.Position;
        _tokens.Position = list;
        var projection = ParseProjection(scope, from);
        if (hasFrom && !_tokens.Next.Is("FROM"))
        {
            throw _tokens.Unexpected();
        }

        _tokens.Position = hasFrom ? afterFrom : _tokens.Position;
        var where = _tokens.Take("WHERE") ? ParseText() : null;
        var groupBy = ParseGroupBy();
        var order = ParseOrder();
        var skip = 0L;
        if (_tokens.Take("OFFSET"))
        {
            skip = _expressions.Count("OFFSET");
            _tokens.Expect("LIMIT");
            take = Math.Min(take, _expressions.Count("LIMIT"));
        }

        var query = new SelectQuery
        {
            Text = _sql,
            Alias = from.DocumentAlias,
            Sources = from.Sources,
            HasFrom = hasFrom,
            FromText = fromText,
            Projection = projection,
            Where = where?.Value,
            WhereText = where?.Text ?? default,
            GroupBy = groupBy,
            Order = order,
            Skip = skip,
            Take = take,
            IsDistinct = distinct,
            Aggregates = scope.Aggregates,
        };
        CheckGroups(query);
        _expressions.Leave();
        return query;
    }

    private Projection ParseProjection(NameScope scope, FromClause from)
    {
        scope.AllowsAggregates = true;
        try
        {
            if (_tokens.TakeSymbol("*"))
            {
                return scope.Only is (var name, var slot)
                    ? new WholeValue(name, slot)
                    : throw new RefusedException(400, "'SELECT *' is only valid with a single input set.");
            }

            if (_tokens.Take("VALUE"))
            {
                var only = ParseText();
                return only.Value is PathExpression { Slot: 0, Steps.Count: 0 }
                    ? new WholeValue(from.DocumentAlias, 0)
                    : new OneValue(only);
            }

            return new NamedValues(ParseList());
        }
        finally
        {
            scope.AllowsAggregates = false;
        }
    }

    private List<SelectedValue> ParseList()
    {
        var values = new List<SelectedValue>();
        var unnamed = 0;
        do
        {
            var value = ParseText();
            values.Add(value with { Name = _tokens.Take("AS") ? _tokens.Name() : NameOf(value.Value) ?? $"${++unnamed}" });
        }
        while (_tokens.TakeSymbol(","));
        return values;
    }

    private SelectedValue ParseText()
    {
        var start = _tokens.Next.Position;
        var bare = _expressions.Scope.Bare.Count;
        var value = _expressions.Parse();
        return new SelectedValue("", value, start.._tokens.Last.End, [.. _expressions.Scope.Bare.Skip(bare)]);
    }

    private string? NameOf(Expression value)
    {
        if (_tokens.Next.Kind == TokenKind.Name && !FromParser.IsClause(_tokens.Next))
        {
            return _tokens.Name();
        }

        return value switch
        {
            PathExpression { Steps: [] } => _tokens.Last.Text,
            PathExpression { Steps: [.., string last] } => last,
            MemberExpression member => member.Name,
            _ => null,
        };
    }

    private List<SelectedValue> ParseGroupBy()
    {
        var keys = new List<SelectedValue>();
        if (!_tokens.Take("GROUP"))
        {
            return keys;
        }

        _tokens.Expect("BY");
        do
        {
            keys.Add(ParseText());
        }
        while (_tokens.TakeSymbol(","));
        return keys;
    }

    private SortOrder ParseOrder()
    {
        if (!_tokens.Take("ORDER"))
        {
            return SortOrder.Creation;
        }

        _tokens.Expect("BY");
        if (_tokens.Next.Is("RANK"))
        {
            throw new RefusedException(400, "ORDER BY RANK isn't supported here.");
        }

        var keys = new List<SortKey>();
        do
        {
            if (_expressions.Parse() is not PathExpression { Plain: { } path })
            {
                throw new RefusedException(
                    400,
                    "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");
            }

            keys.Add(new SortKey(path, !_tokens.Take("ASC") && _tokens.Take("DESC")));
        }
        while (_tokens.TakeSymbol(","));
        return new SortOrder(keys);
    }

    private void CheckGroups(SelectQuery query)
    {
        if (!query.IsGrouped)
        {
            return;
        }

        if (query.IsDistinct || query.Order.Keys.Count > 0)
        {
            throw new RefusedException(400, "DISTINCT and ORDER BY with aggregates or GROUP BY aren't supported here.");
        }

        // An expression of GROUP BY may stand in the select list as it is; what else is there may name only the paths among them.
        var keys = query.GroupBy.Select(TextOf).ToHashSet(StringComparer.Ordinal);
        var selected = query.Projection switch
        {
            NamedValues named => named.Selected,
            OneValue one => [one.Selected],
            _ => [],
        };
        var paths = query.GroupBy.Select(key => key.Value).OfType<PathExpression>().ToHashSet();
        if (query.Projection is WholeValue || !selected.All(one => keys.Contains(TextOf(one)) || one.Bare.All(paths.Contains)))
        {
            throw new RefusedException(
                400,
                "A property reference is invalid in the select list because it is not contained in either an aggregate function or the "
                    + "GROUP BY clause.");
        }
    }

    private string TextOf(SelectedValue value) => _sql[value.Text].Trim();
}
