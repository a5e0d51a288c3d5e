namespace Chat.Local.CosmosDb.Sql;

/// <summary>Arithmetic. What isn't a finite number is undefined.</summary>
internal static class MathFunctions
{
    public static Dictionary<string, (int, int, Functions.Function)> All => new(StringComparer.Ordinal)
    {
        ["ABS"] = (1, 1, a => Map(a, Math.Abs)),
        ["FLOOR"] = (1, 1, a => Map(a, Math.Floor)),
        ["CEILING"] = (1, 1, a => Map(a, Math.Ceiling)),
        ["TRUNC"] = (1, 1, a => Map(a, Math.Truncate)),
        ["ROUND"] = (1, 2, Round),
        ["SIGN"] = (1, 1, a => Map(a, x => Math.Sign(x))),
        ["SQRT"] = (1, 1, a => Map(a, Math.Sqrt)),
        ["SQUARE"] = (1, 1, a => Map(a, x => x * x)),
        ["POWER"] = (2, 2, a => Map(a, Math.Pow)),
        ["EXP"] = (1, 1, a => Map(a, Math.Exp)),
        ["LOG"] = (1, 2, a => a.Length == 1 ? Map(a, x => Math.Log(x)) : Map(a, (x, @base) => Math.Log(x, @base))),
        ["LOG10"] = (1, 1, a => Map(a, Math.Log10)),
        ["PI"] = (0, 0, _ => SqlValue.Of(Math.PI)),
        ["DEGREES"] = (1, 1, a => Map(a, double.RadiansToDegrees)),
        ["RADIANS"] = (1, 1, a => Map(a, double.DegreesToRadians)),
        ["SIN"] = (1, 1, a => Map(a, Math.Sin)),
        ["COS"] = (1, 1, a => Map(a, Math.Cos)),
        ["TAN"] = (1, 1, a => Map(a, Math.Tan)),
        ["COT"] = (1, 1, a => Map(a, x => 1 / Math.Tan(x))),
        ["ASIN"] = (1, 1, a => Map(a, Math.Asin)),
        ["ACOS"] = (1, 1, a => Map(a, Math.Acos)),
        ["ATAN"] = (1, 1, a => Map(a, Math.Atan)),
        ["ATN2"] = (2, 2, a => Map(a, Math.Atan2)),
    };

    public static SqlValue Map(ReadOnlySpan<SqlValue> operands, Func<double, double> operation) =>
        operands[0].Type == SqlType.Number ? Finite(operation(operands[0].Number)) : SqlValue.Undefined;

    public static SqlValue Map(ReadOnlySpan<SqlValue> operands, Func<double, double, double> operation) =>
        operands[0].Type == SqlType.Number && operands[1].Type == SqlType.Number
            ? Finite(operation(operands[0].Number, operands[1].Number))
            : SqlValue.Undefined;

    private static SqlValue Finite(double number) => double.IsFinite(number) ? SqlValue.Of(number) : SqlValue.Undefined;

    private static SqlValue Round(ReadOnlySpan<SqlValue> operands) => operands.Length == 1
        ? Map(operands, x => Math.Round(x, MidpointRounding.AwayFromZero))
        : operands[1] is { IsIndex: true, Number: <= 15 }
            ? Map(operands, (x, digits) => Math.Round(x, (int)digits, MidpointRounding.AwayFromZero))
            : SqlValue.Undefined;
}
