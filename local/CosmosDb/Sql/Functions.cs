using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>The built-in functions, with how many arguments they take. A wrong type gives undefined.</summary>
internal static class Functions
{
    public delegate SqlValue Function(ReadOnlySpan<SqlValue> arguments);

    public static readonly IReadOnlyDictionary<string, (int Least, int Most, Function Run)> All = new Dictionary<string, (int, int, Function)>(StringComparer.OrdinalIgnoreCase)
    {
        ["IS_DEFINED"] = (1, 1, a => SqlValue.Of(a[0].IsDefined)),
        ["IS_NULL"] = (1, 1, a => Is(a[0], SqlType.Null)),
        ["IS_BOOL"] = (1, 1, a => Is(a[0], SqlType.Boolean)),
        ["IS_NUMBER"] = (1, 1, a => Is(a[0], SqlType.Number)),
        ["IS_STRING"] = (1, 1, a => Is(a[0], SqlType.String)),
        ["IS_ARRAY"] = (1, 1, a => Is(a[0], SqlType.Array)),
        ["IS_OBJECT"] = (1, 1, a => Is(a[0], SqlType.Object)),
        ["IS_PRIMITIVE"] = (1, 1, a => SqlValue.Of(a[0].IsPrimitive)),
        ["STARTSWITH"] = (2, 3, a => Compare(a, (text, part, how) => text.StartsWith(part, how))),
        ["ENDSWITH"] = (2, 3, a => Compare(a, (text, part, how) => text.EndsWith(part, how))),
        ["CONTAINS"] = (2, 3, a => Compare(a, (text, part, how) => text.Contains(part, how))),
        ["STRINGEQUALS"] = (2, 3, a => Compare(a, (text, part, how) => text.Equals(part, how))),
        ["LENGTH"] = (1, 1, a => a[0].Type == SqlType.String ? SqlValue.Of(a[0].Text.Length) : default),
        ["LOWER"] = (1, 1, a => Map(a[0], text => text.ToLowerInvariant())),
        ["UPPER"] = (1, 1, a => Map(a[0], text => text.ToUpperInvariant())),
        ["TRIM"] = (1, 1, a => Map(a[0], text => text.Trim())),
        ["CONCAT"] = (2, int.MaxValue, Concat),
        ["SUBSTRING"] = (3, 3, Substring),
        ["INDEX_OF"] = (2, 2, a => AreStrings(a) ? SqlValue.Of(a[0].Text.IndexOf(a[1].Text, StringComparison.Ordinal)) : default),
        ["ARRAY_LENGTH"] = (1, 1, a => a[0].Type == SqlType.Array ? SqlValue.Of(a[0].Element.GetArrayLength()) : default),
        ["ARRAY_CONTAINS"] = (2, 3, ArrayContains),
        ["ABS"] = (1, 1, a => Map(a[0], Math.Abs)),
        ["FLOOR"] = (1, 1, a => Map(a[0], Math.Floor)),
        ["CEILING"] = (1, 1, a => Map(a[0], Math.Ceiling)),
    };

    public static SqlValue Arithmetic(ReadOnlySpan<SqlValue> operands, Func<double, double, double> operation) =>
        operands[0].Type == SqlType.Number && operands[1].Type == SqlType.Number && operation(operands[0].Number, operands[1].Number) is var result && double.IsFinite(result)
            ? SqlValue.Of(result)
            : SqlValue.Undefined;

    public static SqlValue Concat(ReadOnlySpan<SqlValue> parts)
    {
        var text = "";
        foreach (var part in parts)
        {
            if (part.Type != SqlType.String)
            {
                return SqlValue.Undefined;
            }

            text += part.Text;
        }

        return SqlValue.Of(text);
    }

    private static SqlValue Is(SqlValue value, SqlType type) => SqlValue.Of(value.Type == type);

    private static bool AreStrings(ReadOnlySpan<SqlValue> arguments) => arguments[0].Type == SqlType.String && arguments[1].Type == SqlType.String;

    private static SqlValue Compare(ReadOnlySpan<SqlValue> arguments, Func<string, string, StringComparison, bool> test)
    {
        if (!AreStrings(arguments) || (arguments.Length == 3 && arguments[2].Type != SqlType.Boolean))
        {
            return SqlValue.Undefined;
        }

        var ignoresCase = arguments.Length == 3 && arguments[2].IsTrue;
        return SqlValue.Of(test(arguments[0].Text, arguments[1].Text, ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    private static SqlValue Map(SqlValue value, Func<string, string> map) => value.Type == SqlType.String ? SqlValue.Of(map(value.Text)) : default;

    private static SqlValue Map(SqlValue value, Func<double, double> map) => value.Type == SqlType.Number ? SqlValue.Of(map(value.Number)) : default;

    private static SqlValue Substring(ReadOnlySpan<SqlValue> arguments)
    {
        if (arguments[0].Type != SqlType.String || arguments[1].Type != SqlType.Number || arguments[2].Type != SqlType.Number)
        {
            return SqlValue.Undefined;
        }

        var text = arguments[0].Text;
        var start = (int)Math.Clamp(arguments[1].Number, 0, text.Length);
        var length = (int)Math.Clamp(arguments[2].Number, 0, text.Length - start);
        return SqlValue.Of(text.Substring(start, length));
    }

    private static SqlValue ArrayContains(ReadOnlySpan<SqlValue> arguments)
    {
        if (arguments[0].Type != SqlType.Array || !arguments[1].IsDefined)
        {
            return SqlValue.Undefined;
        }

        var partly = arguments.Length == 3 && arguments[2].IsTrue;
        foreach (var element in arguments[0].Element.EnumerateArray())
        {
            var value = SqlValue.Of(element);
            if (value.SameAs(arguments[1]) || (partly && Covers(value, arguments[1])))
            {
                return SqlValue.Of(true);
            }
        }

        return SqlValue.Of(false);
    }

    /// <summary>Whether an object has all members of another.</summary>
    private static bool Covers(SqlValue whole, SqlValue part) =>
        whole.Type == SqlType.Object && part.Type == SqlType.Object
        && part.Element.EnumerateObject().All(member => whole.Element.TryGetProperty(member.Name, out var own) && JsonElement.DeepEquals(own, member.Value));
}
