namespace Chat.Local.CosmosDb.Sql;

/// <summary>The operators that make a value of two, with their binding power; they bind more than comparisons do.</summary>
internal static class Operators
{
    public const int ConcatPower = 7;
    private const int SumPower = 8;
    private const int ProductPower = 9;

    public static (int Power, Functions.Function Run)? Find(string symbol) => symbol switch
    {
        "||" => (ConcatPower, StringFunctions.Concat),
        "+" => (SumPower, a => MathFunctions.Map(a, (x, y) => x + y)),
        "-" => (SumPower, a => MathFunctions.Map(a, (x, y) => x - y)),
        "*" => (ProductPower, a => MathFunctions.Map(a, (x, y) => x * y)),
        "/" => (ProductPower, a => MathFunctions.Map(a, (x, y) => x / y)),
        "%" => (ProductPower, a => MathFunctions.Map(a, (x, y) => x % y)),
        _ => null,
    };
}
