using System.Text.Json;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Functions of arrays, and of arrays as sets.</summary>
internal static class ArrayFunctions
{
    public static Dictionary<string, (int, int, Functions.Function)> All => new(StringComparer.Ordinal)
    {
        ["ARRAY_LENGTH"] = (1, 1, a => a[0].Type == SqlType.Array ? SqlValue.Of(a[0].Element.GetArrayLength()) : default),
        ["ARRAY_CONTAINS"] = (2, 3, Contains),
        ["ARRAY_CONTAINS_ANY"] = (2, int.MaxValue, a => Contains(a, isAny: true)),
        ["ARRAY_CONTAINS_ALL"] = (2, int.MaxValue, a => Contains(a, isAny: false)),
        ["ARRAY_CONCAT"] = (2, int.MaxValue, Concat),
        ["ARRAY_SLICE"] = (2, 3, Slice),
        ["SETINTERSECT"] = (2, 2, a => Combine(
            a, (left, right) => left.IntersectBy(Identities(right), one => one.ToIdentity(), StringComparer.Ordinal))),
        ["SETUNION"] = (2, 2, a => Combine(a, (left, right) => left.Concat(right))),
    };

    private static IEnumerable<SqlValue> Elements(SqlValue array) => array.Element.EnumerateArray().Select(SqlValue.Of);

    private static IEnumerable<string> Identities(IEnumerable<SqlValue> values) => values.Select(value => value.ToIdentity());

    private static SqlValue Contains(ReadOnlySpan<SqlValue> arguments)
    {
        if (arguments[0].Type != SqlType.Array || !arguments[1].IsDefined)
        {
            return SqlValue.Undefined;
        }

        var partly = arguments.Length == 3 && arguments[2].IsTrue;
        foreach (var value in Elements(arguments[0]))
        {
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
        && part.Element.EnumerateObject().All(
            member => whole.Element.TryGetProperty(member.Name, out var own) && JsonElement.DeepEquals(own, member.Value));

    private static SqlValue Contains(ReadOnlySpan<SqlValue> arguments, bool isAny)
    {
        if (arguments[0].Type != SqlType.Array)
        {
            return SqlValue.Undefined;
        }

        var elements = Identities(Elements(arguments[0])).ToHashSet(StringComparer.Ordinal);
        foreach (var wanted in arguments[1..])
        {
            if ((wanted.IsDefined && elements.Contains(wanted.ToIdentity())) == isAny)
            {
                return SqlValue.Of(isAny);
            }
        }

        return SqlValue.Of(!isAny);
    }

    private static SqlValue Concat(ReadOnlySpan<SqlValue> arguments)
    {
        var values = new List<SqlValue>();
        foreach (var array in arguments)
        {
            if (array.Type != SqlType.Array)
            {
                return SqlValue.Undefined;
            }

            values.AddRange(Elements(array));
        }

        return Json.Array(values);
    }

    /// <summary>A start below 0 counts from the end.</summary>
    private static SqlValue Slice(ReadOnlySpan<SqlValue> arguments)
    {
        var length = arguments.Length == 3 ? arguments[2] : SqlValue.Of(int.MaxValue);
        if (arguments[0].Type != SqlType.Array || !IsWhole(arguments[1]) || !IsWhole(length))
        {
            return SqlValue.Undefined;
        }

        var count = arguments[0].Element.GetArrayLength();
        var start = Math.Max(0, arguments[1].Number < 0 ? arguments[1].Number + count : arguments[1].Number);
        return Json.Array(Elements(arguments[0]).Skip((int)Math.Min(start, count)).Take((int)Math.Clamp(length.Number, 0, count)));
    }

    private static bool IsWhole(SqlValue value) => value.Type == SqlType.Number && value.Number == Math.Floor(value.Number);

    private static SqlValue Combine(
        ReadOnlySpan<SqlValue> arguments, Func<IEnumerable<SqlValue>, IEnumerable<SqlValue>, IEnumerable<SqlValue>> combine) =>
        arguments[0].Type == SqlType.Array && arguments[1].Type == SqlType.Array
            ? Json.Array(
                combine(Elements(arguments[0]), Elements(arguments[1])).DistinctBy(value => value.ToIdentity(), StringComparer.Ordinal))
            : SqlValue.Undefined;
}
