using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>The built-in functions, with how many arguments they take. A wrong type gives undefined.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, (int Least, int Most, Function Run)> All = new(
        [.. Types, .. StringFunctions.All, .. ArrayFunctions.All, .. MathFunctions.All, .. DateTimeFunctions.All],
        StringComparer.OrdinalIgnoreCase);

    public delegate SqlValue Function(ReadOnlySpan<SqlValue> arguments);

    private static Dictionary<string, (int, int, Function)> Types => new(StringComparer.Ordinal)
    {
        ["IS_DEFINED"] = (1, 1, a => SqlValue.Of(a[0].IsDefined)),
        ["IS_NULL"] = (1, 1, a => Is(a[0], SqlType.Null)),
        ["IS_BOOL"] = (1, 1, a => Is(a[0], SqlType.Boolean)),
        ["IS_NUMBER"] = (1, 1, a => Is(a[0], SqlType.Number)),
        ["IS_FINITE_NUMBER"] = (1, 1, a => Is(a[0], SqlType.Number)),
        ["IS_INTEGER"] = (1, 1, a => SqlValue.Of(a[0].Type == SqlType.Number && a[0].Number == Math.Floor(a[0].Number))),
        ["IS_STRING"] = (1, 1, a => Is(a[0], SqlType.String)),
        ["IS_ARRAY"] = (1, 1, a => Is(a[0], SqlType.Array)),
        ["IS_OBJECT"] = (1, 1, a => Is(a[0], SqlType.Object)),
        ["IS_PRIMITIVE"] = (1, 1, a => SqlValue.Of(a[0].IsPrimitive)),
        ["IIF"] = (3, 3, a => a[0].IsTrue ? a[1] : a[2]),
    };

    /// <summary>A call of a function by its name, whatever its case.</summary>
    /// <param name="now">What the functions that tell the time tell, in every row the same.</param>
    public static Expression Call(string name, List<Expression> arguments, DateTimeOffset now)
    {
        if (DateTimeFunctions.Current(name, now) is { } time)
        {
            return arguments.Count == 0 ? new Literal(time) : throw new RefusedException(400, $"The {name} function takes no arguments.");
        }

        if (!All.TryGetValue(name, out var function))
        {
            throw new RefusedException(400, $"'{name}' is not a function that is supported here.");
        }

        return arguments.Count >= function.Least && arguments.Count <= function.Most
            ? new FunctionExpression(function.Run, arguments)
            {
                Searched = name.Equals("ARRAY_CONTAINS", StringComparison.OrdinalIgnoreCase) && arguments is [PathExpression path, Literal]
                    ? path.Plain
                    : null,
            }
            : throw new RefusedException(400, $"The {name} function takes {function.Least} to {function.Most} arguments.");
    }

    private static SqlValue Is(SqlValue value, SqlType type) => SqlValue.Of(value.Type == type);
}
