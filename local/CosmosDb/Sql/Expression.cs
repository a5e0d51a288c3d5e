using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Something that has a value for every document. Evaluation never fails: what makes no sense is undefined.</summary>
internal abstract class Expression
{
    public abstract SqlValue Evaluate(JsonElement document);

    /// <summary>The conditions that must all hold for this one to hold.</summary>
    public virtual IEnumerable<Expression> Conjuncts => [this];

    /// <summary>The conditions of which one must hold for this one to hold.</summary>
    public virtual IEnumerable<Expression> Alternatives => [this];
}

internal sealed class Literal(SqlValue value) : Expression
{
    public SqlValue Value => value;

    public override SqlValue Evaluate(JsonElement document) => value;
}

/// <summary>A path from the document: names, and indexes into arrays.</summary>
internal sealed class PathExpression(IReadOnlyList<object> steps) : Expression
{
    public IReadOnlyList<object> Steps => steps;

    /// <summary>The path when it has names only, as indexes do; null for the document itself.</summary>
    public JsonPath? Plain { get; } = steps.Count > 0 && steps.All(step => step is string) ? new JsonPath([.. steps.Cast<string>()]) : null;

    public override SqlValue Evaluate(JsonElement document)
    {
        foreach (var step in steps)
        {
            document = step switch
            {
                string name when document.ValueKind == JsonValueKind.Object && document.TryGetProperty(name, out var member) => member,
                int index when document.ValueKind == JsonValueKind.Array && index < document.GetArrayLength() => document[index],
                _ => default,
            };
        }

        return SqlValue.Of(document);
    }
}

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Undefined when a side is, and for an order between types or of arrays and objects; equality across types is false.</summary>
internal sealed class ComparisonExpression(Comparison kind, Expression left, Expression right) : Expression
{
    public Comparison Kind => kind;

    public Expression Left => left;

    public Expression Right => right;

    public override SqlValue Evaluate(JsonElement document)
    {
        var first = left.Evaluate(document);
        var second = right.Evaluate(document);
        if (!first.IsDefined || !second.IsDefined)
        {
            return SqlValue.Undefined;
        }

        if (kind is Comparison.Equal or Comparison.NotEqual)
        {
            return SqlValue.Of(first.SameAs(second) == (kind == Comparison.Equal));
        }

        if (first.Type != second.Type || !first.IsPrimitive)
        {
            return SqlValue.Undefined;
        }

        var order = first.CompareWith(second);
        return SqlValue.Of(kind switch
        {
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        });
    }
}

/// <summary>False as soon as one side is; otherwise undefined unless both are booleans.</summary>
internal sealed class AndExpression(Expression left, Expression right) : Expression
{
    public override IEnumerable<Expression> Conjuncts => left.Conjuncts.Concat(right.Conjuncts);

    public override SqlValue Evaluate(JsonElement document) => Logic.Combine(left, right, document, decisive: false);
}

/// <summary>True as soon as one side is; otherwise undefined unless both are booleans.</summary>
internal sealed class OrExpression(Expression left, Expression right) : Expression
{
    public override IEnumerable<Expression> Alternatives => left.Alternatives.Concat(right.Alternatives);

    public override SqlValue Evaluate(JsonElement document) => Logic.Combine(left, right, document, decisive: true);
}

internal sealed class NotExpression(Expression operand) : Expression
{
    public override SqlValue Evaluate(JsonElement document)
    {
        var value = operand.Evaluate(document);
        return value.Type == SqlType.Boolean ? SqlValue.Of(!value.IsTrue) : SqlValue.Undefined;
    }
}

internal sealed class InExpression(Expression needle, IReadOnlyList<Expression> haystack) : Expression
{
    public Expression Needle => needle;

    public IReadOnlyList<Expression> Haystack => haystack;

    public override SqlValue Evaluate(JsonElement document)
    {
        var value = needle.Evaluate(document);
        if (!value.IsDefined)
        {
            return value;
        }

        foreach (var straw in haystack)
        {
            if (straw.Evaluate(document).SameAs(value))
            {
                return SqlValue.Of(true);
            }
        }

        return SqlValue.Of(false);
    }
}

/// <summary>An operator or function that makes a value of the values of its operands.</summary>
internal sealed class FunctionExpression(Functions.Function function, IReadOnlyList<Expression> arguments) : Expression
{
    public override SqlValue Evaluate(JsonElement document)
    {
        var values = new SqlValue[arguments.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(document);
        }

        return function(values);
    }
}

internal static class Logic
{
    public static SqlValue Combine(Expression left, Expression right, JsonElement document, bool decisive)
    {
        var first = left.Evaluate(document);
        if (first.Type == SqlType.Boolean && first.IsTrue == decisive)
        {
            return first;
        }

        var second = right.Evaluate(document);
        return second.Type == SqlType.Boolean && (first.Type == SqlType.Boolean || second.IsTrue == decisive) ? second : SqlValue.Undefined;
    }
}
