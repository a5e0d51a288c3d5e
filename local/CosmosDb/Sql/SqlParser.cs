using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Parses the part of the query language that can be run exactly; everything else is refused with the reason.</summary>
internal sealed class SqlParser
{
    private readonly string _sql;
    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;

    private SqlParser(string sql, IReadOnlyDictionary<string, SqlValue> parameters)
    {
        _sql = sql;
        _tokens = new TokenReader(SqlLexer.Read(sql));
        _expressions = new ExpressionParser(_tokens, parameters);
    }

    /// <summary>Parses the body of a query request: <c>{"query":…,"parameters":[{"name":…,"value":…}]}</c>.</summary>
    public static SelectQuery ParseRequest(ReadOnlyMemory<byte> utf8)
    {
        JsonElement body;
        try
        {
            // Not pooled: parameters that are arrays or objects live on in the query.
            body = JsonElement.Parse(utf8.Span);
        }
        catch (JsonException exception)
        {
            throw new RefusedException(400, $"The body of the query can't be read: {exception.Message}");
        }

        var parameters = new Dictionary<string, SqlValue>(StringComparer.Ordinal);
        if (body.TryGetProperty("parameters", out var given) && given.ValueKind == JsonValueKind.Array)
        {
            foreach (var parameter in given.EnumerateArray())
            {
                parameters[parameter.GetProperty("name").GetString()!] = parameter.TryGetProperty("value", out var value) ? SqlValue.Of(value) : SqlValue.Undefined;
            }
        }

        return Parse(body.GetProperty("query").GetString()!, parameters);
    }

    public static SelectQuery Parse(string sql, IReadOnlyDictionary<string, SqlValue> parameters) => new SqlParser(sql, parameters).ParseQuery();

    /// <summary>Parses the condition of a patch: <c>FROM c WHERE …</c>.</summary>
    public static Expression ParseCondition(string sql)
    {
        var parser = new SqlParser(sql, new Dictionary<string, SqlValue>(StringComparer.Ordinal));
        parser._expressions.Alias = parser.ParseFrom();
        parser._tokens.Expect("WHERE");
        var condition = parser._expressions.Parse();
        parser._tokens.ExpectEnd();
        return condition;
    }

    private SelectQuery ParseQuery()
    {
        _tokens.Expect("SELECT");
        var distinct = _tokens.Take("DISTINCT");
        var take = _tokens.Take("TOP") ? _expressions.Count("TOP") : long.MaxValue;

        // The names in the select list mean something only once FROM has named the documents.
        var list = _tokens.Position;
        _tokens.SkipTo("FROM");
        _expressions.Alias = ParseFrom();
        var afterFrom = _tokens.Position;
        _tokens.Position = list;
        var projection = ParseProjection();
        if (!_tokens.Next.Is("FROM"))
        {
            throw _tokens.Unexpected();
        }

        _tokens.Position = afterFrom;
        var where = _tokens.Take("WHERE") ? ParseText() : null;
        var order = ParseOrder();
        var skip = 0L;
        if (_tokens.Take("OFFSET"))
        {
            skip = _expressions.Count("OFFSET");
            _tokens.Expect("LIMIT");
            take = Math.Min(take, _expressions.Count("LIMIT"));
        }

        _tokens.ExpectEnd();
        if (_expressions.Aggregates.Count > 0 && (distinct || order.Keys.Count > 0 || _expressions.SelectsDocuments))
        {
            throw new RefusedException(400, "Aggregates beside other values, or with DISTINCT or ORDER BY, aren't supported here.");
        }

        return new SelectQuery
        {
            Text = _sql,
            Alias = _expressions.Alias,
            Projection = projection,
            Where = where?.Value,
            WhereText = where?.Text ?? default,
            Order = order,
            Skip = skip,
            Take = take,
            IsDistinct = distinct,
            Aggregates = _expressions.Aggregates,
        };
    }

    private string ParseFrom()
    {
        _tokens.Expect("FROM");
        var name = _tokens.Name();
        if (_tokens.Next.IsSymbol(".") || _tokens.Next.IsSymbol("[") || _tokens.Next.Is("IN") || _tokens.Next.Is("JOIN") || _tokens.Next.IsSymbol(","))
        {
            throw new RefusedException(400, "FROM anything but the container, and JOIN, aren't supported here.");
        }

        _tokens.Take("AS");
        var next = _tokens.Next;
        return next.Kind == TokenKind.Name && !next.Is("WHERE") && !next.Is("ORDER") && !next.Is("OFFSET") && !next.Is("GROUP") ? _tokens.Name() : name;
    }

    private Projection ParseProjection()
    {
        _expressions.AllowsAggregates = true;
        try
        {
            if (_tokens.TakeSymbol("*"))
            {
                return new WholeDocument();
            }

            if (_tokens.Take("VALUE"))
            {
                var only = ParseText();
                return only.Value is PathExpression { Steps.Count: 0 } ? new WholeDocument() : new OneValue(only);
            }

            var values = new List<SelectedValue>();
            do
            {
                var value = ParseText();
                values.Add(value with { Name = _tokens.Take("AS") ? _tokens.Name() : NameOf(value.Value, values.Count + 1) });
            }
            while (_tokens.TakeSymbol(","));
            return new NamedValues(values);
        }
        finally
        {
            _expressions.AllowsAggregates = false;
        }
    }

    private SelectedValue ParseText()
    {
        var start = _tokens.Next.Position;
        var value = _expressions.Parse();
        return new SelectedValue("", value, start.._tokens.Next.Position);
    }

    private string NameOf(Expression value, int place) => value switch
    {
        PathExpression { Steps: [] } => _expressions.Alias,
        PathExpression { Steps: [.., string last] } => last,
        _ when _tokens.Next.Kind == TokenKind.Name && !_tokens.Next.Is("FROM") => _tokens.Name(),
        _ => $"${place}",
    };

    private SortOrder ParseOrder()
    {
        if (_tokens.Take("GROUP"))
        {
            throw new RefusedException(400, "GROUP BY isn't supported here.");
        }

        if (!_tokens.Take("ORDER"))
        {
            return SortOrder.Creation;
        }

        _tokens.Expect("BY");
        var keys = new List<SortKey>();
        do
        {
            if (_expressions.Parse() is not PathExpression { Plain: { } path })
            {
                throw new RefusedException(400, "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");
            }

            keys.Add(new SortKey(path, !_tokens.Take("ASC") && _tokens.Take("DESC")));
        }
        while (_tokens.TakeSymbol(","));
        return new SortOrder(keys);
    }
}
