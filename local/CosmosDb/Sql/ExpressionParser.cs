using System.Text.RegularExpressions;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Parses expressions by the binding power of their operators.</summary>
internal sealed class ExpressionParser(TokenReader tokens, IReadOnlyDictionary<string, SqlValue> parameters)
{
    private const int OrPower = 1;
    private const int AndPower = 2;
    private const int NotPower = 3;
    private const int ComparisonPower = 4;
    private const int ConcatPower = 5;
    private const int SumPower = 6;
    private const int ProductPower = 7;

    private readonly List<Aggregate> _aggregates = [];

    /// <summary>The name that stands for the document.</summary>
    public string Alias { get; set; } = "";

    /// <summary>Whether this is the select list, outside of an aggregate.</summary>
    public bool AllowsAggregates { get; set; }

    /// <summary>Whether the select list names the document outside of an aggregate.</summary>
    public bool SelectsDocuments { get; private set; }

    public IReadOnlyList<Aggregate> Aggregates => _aggregates;

    public Expression Parse() => Parse(OrPower);

    /// <summary>A whole number or a parameter, as TOP, OFFSET and LIMIT need: no more, since a select list may begin with a star.</summary>
    public long Count(string clause) =>
        Prefix() is Literal { Value: { Type: SqlType.Number, Number: var number } } && number >= 0 && number == Math.Floor(number)
            ? (long)number
            : throw new RefusedException(400, $"{clause} needs a whole number that isn't negative.");

    private Expression Parse(int power)
    {
        var left = Prefix();
        while (true)
        {
            var next = tokens.Next;
            if (power <= ComparisonPower && TryComparison(left) is { } comparison)
            {
                left = comparison;
            }
            else if (power <= AndPower && tokens.Take("AND"))
            {
                left = new AndExpression(left, Parse(AndPower + 1));
            }
            else if (power <= OrPower && tokens.Take("OR"))
            {
                left = new OrExpression(left, Parse(OrPower + 1));
            }
            else if (next.Kind == TokenKind.Symbol && Operator(next.Text) is { } found && power <= found.Power)
            {
                tokens.Advance();
                left = new FunctionExpression(found.Run, [left, Parse(found.Power + 1)]);
            }
            else
            {
                return left;
            }
        }
    }

    private static (int Power, Functions.Function Run)? Operator(string symbol) => symbol switch
    {
        "||" => (ConcatPower, Functions.Concat),
        "+" => (SumPower, a => Functions.Arithmetic(a, (x, y) => x + y)),
        "-" => (SumPower, a => Functions.Arithmetic(a, (x, y) => x - y)),
        "*" => (ProductPower, a => Functions.Arithmetic(a, (x, y) => x * y)),
        "/" => (ProductPower, a => Functions.Arithmetic(a, (x, y) => x / y)),
        "%" => (ProductPower, a => Functions.Arithmetic(a, (x, y) => x % y)),
        _ => null,
    };

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
            found = new AndExpression(
                new ComparisonExpression(Comparison.GreaterOrEqual, left, from),
                new ComparisonExpression(Comparison.LessOrEqual, left, Parse(ConcatPower)));
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

    private FunctionExpression Like(Expression left)
    {
        if (Parse(ConcatPower) is not Literal { Value: { Type: SqlType.String, Text: var pattern } } || pattern.Contains('[') || tokens.Next.Is("ESCAPE"))
        {
            throw new RefusedException(400, "LIKE takes a constant pattern of % and _ here, without sets and ESCAPE.");
        }

        var expression = "^" + Regex.Escape(pattern).Replace("%", ".*", StringComparison.Ordinal).Replace('_', '.') + "$";
        var regex = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return new FunctionExpression(a => a[0].Type == SqlType.String ? SqlValue.Of(regex.IsMatch(a[0].Text)) : default, [left]);
    }

    private Expression Prefix()
    {
        if (tokens.Take("NOT"))
        {
            return new NotExpression(Parse(NotPower));
        }

        if (tokens.TakeSymbol("-"))
        {
            return Parse(ProductPower) is Literal { Value: { Type: SqlType.Number, Number: var number } }
                ? new Literal(SqlValue.Of(-number))
                : throw new RefusedException(400, "A minus sign stands before numbers only here.");
        }

        if (tokens.TakeSymbol("("))
        {
            if (tokens.Next.Is("SELECT"))
            {
                throw new RefusedException(400, "Subqueries aren't supported here.");
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
            return new ObjectConstructor(Members());
        }

        var token = tokens.Advance();
        return token.Kind switch
        {
            TokenKind.Number => new Literal(SqlValue.Of(token.Number)),
            TokenKind.Text => new Literal(SqlValue.Of(token.Text)),
            TokenKind.Parameter => new Literal(parameters.TryGetValue(token.Text, out var value) ? value : throw new RefusedException(400, $"The parameter {token.Text} isn't given.")),
            TokenKind.Name => Named(token),
            _ => Reject(),
        };
    }

    private Expression Named(Token token)
    {
        if (tokens.TakeSymbol("("))
        {
            if (!Aggregate.IsName(token.Text))
            {
                return Call(token.Text, List(")"));
            }

            if (!AllowsAggregates)
            {
                throw new RefusedException(400, $"{token.Text} stands in the select list only, and not inside another.");
            }

            AllowsAggregates = false;
            var start = tokens.Next.Position;
            var arguments = List(")");
            AllowsAggregates = true;
            return Fold(token.Text.ToUpperInvariant(), arguments, start..tokens.Last.Position);
        }

        if (token.Text == Alias)
        {
            return Path();
        }

        return token.Text.ToUpperInvariant() switch
        {
            "TRUE" => new Literal(SqlValue.Of(true)),
            "FALSE" => new Literal(SqlValue.Of(false)),
            "NULL" => new Literal(SqlValue.Null),
            "UNDEFINED" => new Literal(SqlValue.Undefined),
            _ => throw new RefusedException(400, $"Identifier '{token.Text}' could not be resolved."),
        };
    }

    private static FunctionExpression Call(string name, List<Expression> arguments)
    {
        if (!Functions.All.TryGetValue(name, out var function))
        {
            throw new RefusedException(400, $"'{name}' is not a function that is supported here.");
        }

        return arguments.Count >= function.Least && arguments.Count <= function.Most
            ? new FunctionExpression(function.Run, arguments)
            : throw new RefusedException(400, $"The {name} function takes {function.Least} to {function.Most} arguments.");
    }

    private Aggregate Fold(string name, List<Expression> arguments, Range text)
    {
        var aggregate = new Aggregate(name, arguments is [var only] ? only : throw new RefusedException(400, $"The {name} function takes 1 argument."), text);
        _aggregates.Add(aggregate);
        return aggregate;
    }

    private PathExpression Path()
    {
        SelectsDocuments |= AllowsAggregates;
        var steps = new List<object>();
        while (true)
        {
            if (tokens.TakeSymbol("."))
            {
                steps.Add(tokens.Name());
            }
            else if (tokens.TakeSymbol("["))
            {
                steps.Add(Parse() switch
                {
                    Literal { Value: { Type: SqlType.String, Text: var name } } => name,
                    Literal { Value: { Type: SqlType.Number, Number: >= 0 and < int.MaxValue and var index } } when index == Math.Floor(index) => (object)(int)index,
                    _ => throw new RefusedException(400, "In brackets stands a constant name or index here."),
                });
                tokens.ExpectSymbol("]");
            }
            else
            {
                return new PathExpression(steps);
            }
        }
    }

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

    private List<(string Name, Expression Value)> Members()
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
