using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Parses expressions by the binding power of their operators.</summary>
/// <param name="parseSubquery">Parses a subquery up to its closing bracket.</param>
internal sealed class ExpressionParser(
    TokenReader tokens, IReadOnlyDictionary<string, SqlValue> parameters, DateTimeOffset now, Func<SelectQuery> parseSubquery)
{
    private const int ConditionalPower = 1;
    private const int CoalescePower = 2;
    private const int OrPower = 3;
    private const int AndPower = 4;
    private const int NotPower = 5;
    private const int ComparisonPower = 6;
    private const int ConcatPower = Operators.ConcatPower;

    /// <summary>How deep brackets, prefixes and subqueries may nest, and paths may lead: parsing and evaluation recurse as deep.</summary>
    private const int DepthLimit = 256;

    /// <summary>How many operators may take the result of the one before, AND and OR aside: evaluation recurses once for each.</summary>
    private const int ChainLimit = 1000;

    private int _depth;
    private int _chained;
    private int _slots = 1;
    private int _folds;

    /// <summary>The names of the SELECT that is being parsed.</summary>
    public NameScope Scope { get; private set; } = new(null);

    /// <summary>How many names are bound so far, the document among them, and how many aggregates there are.</summary>
    public (int Slots, int Folds) Size => (_slots, _folds);

    /// <summary>Begins a SELECT, which sees the names of the one around it.</summary>
    public NameScope Enter() => Scope = new NameScope(Scope);

    public void Leave() => Scope = Scope.Outer!;

    public int Bind(string name)
    {
        Scope.Bind(name, _slots);
        return _slots++;
    }

    public void BindDocument(string name) => Scope.Bind(name, 0);

    public Expression Parse() => Parse(ConditionalPower);

    /// <summary>The names and indexes after a name.</summary>
    public PathExpression ParsePath(int slot) =>
        Members(new PathExpression(slot, [])) as PathExpression ?? throw new RefusedException(400, "FROM takes names and indexes.");

    /// <summary>A whole number or a parameter, as TOP, OFFSET and LIMIT need: no more, since a select list may begin with a star.</summary>
    public long Count(string clause) =>
        Primary() is Literal { Value: { Type: SqlType.Number, Number: var number } } && number >= 0 && number == Math.Floor(number)
            ? (long)number
            : throw new RefusedException(400, $"{clause} needs a whole number that isn't negative.");

    /// <summary>Notes that parsing goes deeper, until <see cref="Ascend"/>.</summary>
    public void Descend(int levels = 1)
    {
        _depth += levels;
        if (_depth > DepthLimit)
        {
            throw new RefusedException(400, $"The query nests more than {DepthLimit} levels deep.");
        }
    }

    public void Ascend(int levels = 1) => _depth -= levels;

    private Expression Parse(int power)
    {
        var left = Prefix();
        for (var isFirst = true; ; isFirst = false)
        {
            if (power <= AndPower && tokens.Next.Is("AND"))
            {
                left = new AndExpression(Operands(left, "AND", AndPower));
            }
            else if (power <= OrPower && tokens.Next.Is("OR"))
            {
                left = new OrExpression(Operands(left, "OR", OrPower));
            }
            else if (Operation(left, power) is { } result)
            {
                left = isFirst ? result : Chained(result);
            }
            else
            {
                return left;
            }
        }
    }

    private List<Expression> Operands(Expression first, string keyword, int power)
    {
        var operands = new List<Expression> { first };
        while (tokens.Take(keyword))
        {
            operands.Add(Parse(power + 1));
        }

        return operands;
    }

    private Expression? Operation(Expression left, int power)
    {
        if (power <= ComparisonPower && TryComparison(left) is { } comparison)
        {
            return comparison;
        }

        if (power <= CoalescePower && tokens.TakeSymbol("??"))
        {
            return new CoalesceExpression(left, Parse(CoalescePower + 1));
        }

        if (power <= ConditionalPower && tokens.TakeSymbol("?"))
        {
            Descend();
            var then = Parse();
            tokens.ExpectSymbol(":");
            var otherwise = Parse();
            Ascend();
            return new ConditionalExpression(left, then, otherwise);
        }

        if (tokens.Next is { Kind: TokenKind.Symbol, Text: var symbol } && Operators.Find(symbol) is { } found && power <= found.Power)
        {
            tokens.Advance();
            return new FunctionExpression(found.Run, [left, Parse(found.Power + 1)]);
        }

        return null;
    }

    private Expression Chained(Expression result) => ++_chained <= ChainLimit
        ? result
        : throw new RefusedException(400, $"The query chains more than {ChainLimit} operators.");

    private Expression? TryComparison(Expression left)
    {
        Comparison? kind = tokens.Next is { Kind: TokenKind.Symbol, Text: var symbol }
            ? symbol switch
            {
                "=" => Comparison.Equal,
                "!=" or "<>" => Comparison.NotEqual,
                "<" => Comparison.Less,
                "<=" => Comparison.LessOrEqual,
                ">" => Comparison.Greater,
                ">=" => Comparison.GreaterOrEqual,
                _ => null,
            }
            : null;
        if (kind is { } operation)
        {
            tokens.Advance();
            return new ComparisonExpression(operation, left, Parse(ConcatPower));
        }

        var start = tokens.Position;
        var negated = tokens.Take("NOT");
        Expression? found = null;
        if (tokens.Take("IN"))
        {
            tokens.ExpectSymbol("(");
            found = new InExpression(left, List(")"));
        }
        else if (tokens.Take("BETWEEN"))
        {
            var from = Parse(ConcatPower);
            tokens.Expect("AND");
            found = new BetweenExpression(left, from, Parse(ConcatPower));
        }
        else if (tokens.Take("LIKE"))
        {
            found = Like(left);
        }
        else
        {
            tokens.Position = start;
            return null;
        }

        return negated ? new NotExpression(found) : found;
    }

    private LikeExpression Like(Expression left)
    {
        var pattern = Parse(ConcatPower);
        if (!tokens.Take("ESCAPE"))
        {
            return new LikeExpression(left, pattern, null);
        }

        return tokens.Next is { Kind: TokenKind.Text, Text: [var escape] }
            ? new LikeExpression(left, pattern, tokens.Advance().Text[0])
            : throw new RefusedException(400, "ESCAPE takes a string of one character.");
    }

    /// <summary>Everything that nests passes through here, the branches of <c>?</c> and subqueries in FROM aside.</summary>
    private Expression Prefix()
    {
        Descend();
        var expression = Prefixed();
        Ascend();
        return expression;
    }

    private Expression Prefixed()
    {
        if (tokens.Take("NOT"))
        {
            return new NotExpression(Parse(NotPower));
        }

        if (tokens.TakeSymbol("-"))
        {
            var operand = Prefix();
            return operand is Literal { Value: { Type: SqlType.Number, Number: var number } }
                ? new Literal(SqlValue.Of(-number))
                : new FunctionExpression(a => MathFunctions.Map(a, x => -x), [operand]);
        }

        return tokens.TakeSymbol("+") ? Prefix() : Members(Primary());
    }

    private Expression Primary()
    {
        if (tokens.TakeSymbol("("))
        {
            if (tokens.Next.Is("SELECT"))
            {
                return new ScalarSubquery(parseSubquery());
            }

            var inner = Parse();
            tokens.ExpectSymbol(")");
            return inner;
        }

        if (tokens.TakeSymbol("["))
        {
            return new ArrayConstructor(List("]"));
        }

        if (tokens.TakeSymbol("{"))
        {
            return new ObjectConstructor(Properties());
        }

        var token = tokens.Advance();
        return token.Kind switch
        {
            TokenKind.Number => new Literal(SqlValue.Of(token.Number)),
            TokenKind.Text => new Literal(SqlValue.Of(token.Text)),
            TokenKind.Parameter when parameters.TryGetValue(token.Text, out var value) => new Literal(value),
            TokenKind.Parameter => throw new RefusedException(400, $"The parameter {token.Text} isn't given."),
            TokenKind.Name => tokens.TakeSymbol("(") ? Called(token.Text) : Named(token.Text),
            _ => Reject(),
        };
    }

    private Expression Called(string name)
    {
        if (tokens.Next.Is("SELECT"))
        {
            return name.ToUpperInvariant() switch
            {
                "ARRAY" => new ArraySubquery(parseSubquery()),
                "EXISTS" => new ExistsSubquery(parseSubquery()),
                _ => throw new RefusedException(400, $"{name}(SELECT …) isn't supported here."),
            };
        }

        if (!Aggregate.IsName(name))
        {
            return Functions.Call(name, List(")"), now);
        }

        if (!Scope.AllowsAggregates)
        {
            throw new RefusedException(400, $"{name} stands in the select list only, and not inside another.");
        }

        Scope.AllowsAggregates = false;
        var start = tokens.Next.Position;
        var arguments = List(")");
        Scope.AllowsAggregates = true;
        return Fold(name.ToUpperInvariant(), arguments, start..tokens.BeforeLast.End);
    }

    private Expression Named(string name)
    {
        if (Scope.Find(name) is { } slot)
        {
            return new PathExpression(slot, []);
        }

        return name.ToUpperInvariant() switch
        {
            "TRUE" => new Literal(SqlValue.Of(true)),
            "FALSE" => new Literal(SqlValue.Of(false)),
            "NULL" => new Literal(SqlValue.Null),
            "UNDEFINED" => new Literal(SqlValue.Undefined),
            "UDF" => throw new RefusedException(400, "User-defined functions aren't supported here."),
            _ => throw new RefusedException(400, $"Identifier '{name}' could not be resolved."),
        };
    }

    private Aggregate Fold(string name, List<Expression> arguments, Range text)
    {
        var argument = arguments is [var only] ? only : throw new RefusedException(400, $"The {name} function takes 1 argument.");
        var aggregate = new Aggregate(name, _folds++, argument, text);
        Scope.Add(aggregate);
        return aggregate;
    }

    /// <summary>Takes the names and indexes that follow an expression.</summary>
    private Expression Members(Expression whole)
    {
        while (true)
        {
            if (tokens.TakeSymbol("."))
            {
                whole = Member(whole, new Literal(SqlValue.Of(tokens.Name())));
            }
            else if (tokens.TakeSymbol("["))
            {
                whole = Member(whole, Parse());
                tokens.ExpectSymbol("]");
            }
            else
            {
                if (whole is PathExpression path)
                {
                    Scope.Note(path);
                }

                return whole;
            }
        }
    }

    private Expression Member(Expression whole, Expression key) => (whole, key) switch
    {
        (PathExpression { Steps.Count: >= DepthLimit }, _) => throw new RefusedException(400, $"A path has more than {DepthLimit} steps."),
        (PathExpression path, Literal { Value: { Type: SqlType.String, Text: var name } }) => path.Then(name),
        (PathExpression path, Literal { Value: { IsIndex: true, Number: var index } }) => path.Then((int)index),
        (MemberExpression, _) => Chained(new MemberExpression(whole, key)),
        _ => new MemberExpression(whole, key),
    };

    private List<Expression> List(string end)
    {
        var list = new List<Expression>();
        if (tokens.TakeSymbol(end))
        {
            return list;
        }

        do
        {
            list.Add(Parse());
        }
        while (tokens.TakeSymbol(","));
        tokens.ExpectSymbol(end);
        return list;
    }

    private List<(string Name, Expression Value)> Properties()
    {
        var members = new List<(string, Expression)>();
        if (tokens.TakeSymbol("}"))
        {
            return members;
        }

        do
        {
            var name = tokens.Next.Kind == TokenKind.Text ? tokens.Advance().Text : tokens.Name();
            tokens.ExpectSymbol(":");
            members.Add((name, Parse()));
        }
        while (tokens.TakeSymbol(","));
        tokens.ExpectSymbol("}");
        return members;
    }

    private Expression Reject()
    {
        if (tokens.Next.Kind != TokenKind.End)
        {
            tokens.Position--;
        }

        throw tokens.Unexpected();
    }
}
