using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Something that has a value in every row. What makes no sense is undefined; what takes too much work is refused.</summary>
internal abstract class Expression
{
    public SqlValue Evaluate(Row row)
    {
        var value = ValueIn(row);
        row.Spend(value);
        return value;
    }

    /// <summary>The conditions that must all hold for this one to hold.</summary>
    public virtual IEnumerable<Expression> Conjuncts => [this];

    /// <summary>The conditions of which one must hold for this one to hold.</summary>
    public virtual IEnumerable<Expression> Alternatives => [this];

    protected abstract SqlValue ValueIn(Row row);
}

internal sealed class Literal(SqlValue value) : Expression
{
    public SqlValue Value => value;

    protected override SqlValue ValueIn(Row row) => value;
}

/// <summary>A path from what a name stands for: names, and indexes into arrays.</summary>
internal sealed class PathExpression(int slot, IReadOnlyList<object> steps) : Expression, IEquatable<PathExpression>
{
    public int Slot => slot;

    public IReadOnlyList<object> Steps => steps;

    /// <summary>The path when it leads from the document by names only, as indexes do; null for the document itself.</summary>
    public JsonPath? Plain { get; } =
        slot == 0 && steps.Count > 0 && steps.All(step => step is string) ? new JsonPath([.. steps.Cast<string>()]) : null;

    /// <summary>The path one name or index further.</summary>
    public PathExpression Then(object step) => new(slot, [.. steps, step]);

    protected override SqlValue ValueIn(Row row)
    {
        var value = row[slot];
        if (steps.Count == 0 || value.Type < SqlType.Array)
        {
            return steps.Count == 0 ? value : SqlValue.Undefined;
        }

        var element = value.Element;
        foreach (var step in steps)
        {
            element = Step(element, step);
        }

        return SqlValue.Of(element);
    }

    public static JsonElement Step(JsonElement element, object step) => step switch
    {
        string name when element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) => member,
        int index when element.ValueKind == JsonValueKind.Array && index < element.GetArrayLength() => element[index],
        _ => default,
    };

    public bool Equals(PathExpression? other) => other is not null && slot == other.Slot && steps.SequenceEqual(other.Steps);

    public override bool Equals(object? obj) => Equals(obj as PathExpression);

    public override int GetHashCode() => HashCode.Combine(slot, steps.Count);
}

/// <summary><c>x[y]</c>, where x isn't a path or y isn't a constant.</summary>
internal sealed class MemberExpression(Expression whole, Expression key) : Expression
{
    /// <summary>The name of the member, when it is a constant.</summary>
    public string? Name => key is Literal { Value: { Type: SqlType.String, Text: var name } } ? name : null;

    protected override SqlValue ValueIn(Row row)
    {
        var value = whole.Evaluate(row);
        var step = key.Evaluate(row);
        return value.Type < SqlType.Array
            ? SqlValue.Undefined
            : step.Type switch
            {
                SqlType.String => SqlValue.Of(PathExpression.Step(value.Element, step.Text)),
                SqlType.Number when step.IsIndex => SqlValue.Of(PathExpression.Step(value.Element, (int)step.Number)),
                _ => SqlValue.Undefined,
            };
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

    protected override SqlValue ValueIn(Row row) => Compare(kind, left.Evaluate(row), right.Evaluate(row));

    public static SqlValue Compare(Comparison kind, in SqlValue first, in SqlValue second)
    {
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

/// <summary><c>a BETWEEN b AND c</c>. What is compared is evaluated once, so that chains of it take no longer than they are.</summary>
internal sealed class BetweenExpression(Expression value, Expression from, Expression to) : Expression
{
    public override IEnumerable<Expression> Conjuncts =>
    [
        new ComparisonExpression(Comparison.GreaterOrEqual, value, from),
        new ComparisonExpression(Comparison.LessOrEqual, value, to),
    ];

    protected override SqlValue ValueIn(Row row)
    {
        var found = value.Evaluate(row);
        var first = ComparisonExpression.Compare(Comparison.GreaterOrEqual, found, from.Evaluate(row));
        return Logic.Combine(first, ComparisonExpression.Compare(Comparison.LessOrEqual, found, to.Evaluate(row)), decisive: false);
    }
}

/// <summary>False as soon as one operand is; otherwise undefined unless all are booleans.</summary>
internal sealed class AndExpression(IReadOnlyList<Expression> operands) : Expression
{
    public override IEnumerable<Expression> Conjuncts => operands.SelectMany(operand => operand.Conjuncts);

    protected override SqlValue ValueIn(Row row) => Logic.Combine(operands, row, decisive: false);
}

/// <summary>True as soon as one operand is; otherwise undefined unless all are booleans.</summary>
internal sealed class OrExpression(IReadOnlyList<Expression> operands) : Expression
{
    public override IEnumerable<Expression> Alternatives => operands.SelectMany(operand => operand.Alternatives);

    protected override SqlValue ValueIn(Row row) => Logic.Combine(operands, row, decisive: true);
}

internal sealed class NotExpression(Expression operand) : Expression
{
    protected override SqlValue ValueIn(Row row)
    {
        var value = operand.Evaluate(row);
        return value.Type == SqlType.Boolean ? SqlValue.Of(!value.IsTrue) : SqlValue.Undefined;
    }
}

internal sealed class InExpression(Expression needle, IReadOnlyList<Expression> haystack) : Expression
{
    public Expression Needle => needle;

    public IReadOnlyList<Expression> Haystack => haystack;

    protected override SqlValue ValueIn(Row row)
    {
        var value = needle.Evaluate(row);
        if (!value.IsDefined)
        {
            return value;
        }

        foreach (var straw in haystack)
        {
            if (straw.Evaluate(row).SameAs(value))
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
    /// <summary>The array of documents in which a constant is looked for by <c>ARRAY_CONTAINS</c>; null for any other call.</summary>
    public JsonPath? Searched { get; init; }

    protected override SqlValue ValueIn(Row row)
    {
        var values = new SqlValue[arguments.Count];
        var size = 0L;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(row);
            size += values[i].Size;
        }

        Row.CheckSize(size);

        return function(values);
    }
}

/// <summary><c>a ?? b</c>: the first, or the second where the first isn't defined.</summary>
internal sealed class CoalesceExpression(Expression left, Expression right) : Expression
{
    protected override SqlValue ValueIn(Row row) => left.Evaluate(row) is { IsDefined: true } value ? value : right.Evaluate(row);
}

/// <summary><c>a ? b : c</c>: the last, unless the first is true.</summary>
internal sealed class ConditionalExpression(Expression condition, Expression then, Expression otherwise) : Expression
{
    protected override SqlValue ValueIn(Row row) => (condition.Evaluate(row).IsTrue ? then : otherwise).Evaluate(row);
}

internal static class Logic
{
    /// <summary>Combines operands from left to right, as far as needed.</summary>
    public static SqlValue Combine(IReadOnlyList<Expression> operands, Row row, bool decisive)
    {
        var combined = operands[0].Evaluate(row);
        for (var i = 1; i < operands.Count && !(combined.Type == SqlType.Boolean && combined.IsTrue == decisive); i++)
        {
            combined = Combine(combined, operands[i].Evaluate(row), decisive);
        }

        return combined;
    }

    public static SqlValue Combine(SqlValue first, SqlValue second, bool decisive)
    {
        if (first.Type == SqlType.Boolean && first.IsTrue == decisive)
        {
            return first;
        }

        return second.Type == SqlType.Boolean && (first.Type == SqlType.Boolean || second.IsTrue == decisive) ? second : SqlValue.Undefined;
    }
}
