using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>Functions of strings. Places count UTF-16 code units from 0.</summary>
internal static class StringFunctions
{
    private const int ReplicateLimit = 10_000;

    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static Dictionary<string, (int, int, Functions.Function)> All => new(StringComparer.Ordinal)
    {
        ["STARTSWITH"] = (2, 3, a => Compare(a, (text, part, how) => text.StartsWith(part, how))),
        ["ENDSWITH"] = (2, 3, a => Compare(a, (text, part, how) => text.EndsWith(part, how))),
        ["CONTAINS"] = (2, 3, a => Compare(a, (text, part, how) => text.Contains(part, how))),
        ["STRINGEQUALS"] = (2, 3, a => Compare(a, (text, part, how) => text.Equals(part, how))),
        ["REGEXMATCH"] = (2, 3, RegexMatch),
        ["LENGTH"] = (1, 1, a => a[0].Type == SqlType.String ? SqlValue.Of(a[0].Text.Length) : default),
        ["LOWER"] = (1, 1, a => Map(a[0], text => text.ToLowerInvariant())),
        ["UPPER"] = (1, 1, a => Map(a[0], text => text.ToUpperInvariant())),
        ["REVERSE"] = (1, 1, a => Map(a[0], text => string.Concat(text.Reverse()))),
        ["TRIM"] = (1, 2, a => Trim(a, text => text.Trim(), (text, characters) => text.Trim(characters))),
        ["LTRIM"] = (1, 2, a => Trim(a, text => text.TrimStart(), (text, characters) => text.TrimStart(characters))),
        ["RTRIM"] = (1, 2, a => Trim(a, text => text.TrimEnd(), (text, characters) => text.TrimEnd(characters))),
        ["CONCAT"] = (2, int.MaxValue, Concat),
        ["REPLACE"] = (3, 3, Replace),
        ["REPLICATE"] = (2, 2, Replicate),
        ["SUBSTRING"] = (3, 3, a => Part(a[0], a[1], a[2])),
        ["LEFT"] = (2, 2, a => Part(a[0], SqlValue.Of(0), a[1])),
        ["RIGHT"] = (2, 2, a => AreTextAndNumber(a) ? Part(a[0], SqlValue.Of(Math.Max(0, a[0].Text.Length - a[1].Number)), a[1]) : default),
        ["INDEX_OF"] = (2, 3, IndexOf),
        ["TOSTRING"] = (
            1,
            1,
            a => a[0].Type is SqlType.Undefined or SqlType.String ? a[0] : SqlValue.Of(Encoding.UTF8.GetString(Json.Utf8(a[0])))),
        ["STRINGTONUMBER"] = (1, 1, a => Parsed(a[0], SqlType.Number)),
        ["STRINGTOBOOLEAN"] = (1, 1, a => Parsed(a[0], SqlType.Boolean)),
        ["STRINGTONULL"] = (1, 1, a => Parsed(a[0], SqlType.Null)),
        ["STRINGTOARRAY"] = (1, 1, a => Parsed(a[0], SqlType.Array)),
        ["STRINGTOOBJECT"] = (1, 1, a => Parsed(a[0], SqlType.Object)),
    };

    public static SqlValue Concat(ReadOnlySpan<SqlValue> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            if (part.Type != SqlType.String)
            {
                return SqlValue.Undefined;
            }

            text.Append(part.Text);
        }

        return SqlValue.Of(text.ToString());
    }

    /// <summary>Whether a text matches; a pattern that can't be run is refused.</summary>
    public static bool Matches(string text, string pattern, RegexOptions options)
    {
        try
        {
            return Regex.IsMatch(text, pattern, options | RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (ArgumentException)
        {
            throw new RefusedException(400, "The pattern isn't a regular expression.");
        }
        catch (RegexMatchTimeoutException)
        {
            throw new RefusedException(400, "The pattern takes too long to match.");
        }
    }

    private static bool AreStrings(ReadOnlySpan<SqlValue> arguments)
    {
        foreach (var argument in arguments)
        {
            if (argument.Type != SqlType.String)
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreTextAndNumber(ReadOnlySpan<SqlValue> arguments) =>
        arguments[0].Type == SqlType.String && arguments[1].Type == SqlType.Number;

    private static SqlValue Compare(ReadOnlySpan<SqlValue> arguments, Func<string, string, StringComparison, bool> test)
    {
        if (!AreStrings(arguments[..2]) || (arguments.Length == 3 && arguments[2].Type != SqlType.Boolean))
        {
            return SqlValue.Undefined;
        }

        var ignoresCase = arguments.Length == 3 && arguments[2].IsTrue;
        return SqlValue.Of(
            test(arguments[0].Text, arguments[1].Text, ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
    }

    private static SqlValue RegexMatch(ReadOnlySpan<SqlValue> arguments)
    {
        if (!AreStrings(arguments))
        {
            return SqlValue.Undefined;
        }

        var options = RegexOptions.None;
        foreach (var modifier in arguments.Length == 3 ? arguments[2].Text : "")
        {
            options |= modifier switch
            {
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'i' => RegexOptions.IgnoreCase,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw new RefusedException(400, "The modifiers of RegexMatch are m, s, i and x."),
            };
        }

        return SqlValue.Of(Matches(arguments[0].Text, arguments[1].Text, options));
    }

    private static SqlValue Map(SqlValue value, Func<string, string> map) =>
        value.Type == SqlType.String ? SqlValue.Of(map(value.Text)) : default;

    private static SqlValue Trim(ReadOnlySpan<SqlValue> arguments, Func<string, string> blanks, Func<string, char[], string> characters) =>
        !AreStrings(arguments) ? SqlValue.Undefined
        : arguments.Length == 1 ? Map(arguments[0], blanks)
        : arguments[1].Text.Length == 0 ? arguments[0]
        : SqlValue.Of(characters(arguments[0].Text, arguments[1].Text.ToCharArray()));

    private static SqlValue Replace(ReadOnlySpan<SqlValue> arguments)
    {
        if (!AreStrings(arguments) || arguments[1].Text.Length == 0)
        {
            return AreStrings(arguments) ? arguments[0] : SqlValue.Undefined;
        }

        var (text, old, now) = (arguments[0].Text, arguments[1].Text, arguments[2].Text);
        Row.CheckSize(text.Length + ((long)text.AsSpan().Count(old) * (now.Length - old.Length)));
        return SqlValue.Of(text.Replace(old, now, StringComparison.Ordinal));
    }

    private static SqlValue Replicate(ReadOnlySpan<SqlValue> arguments) =>
        AreTextAndNumber(arguments) && arguments[1].IsIndex && arguments[0].Text.Length * arguments[1].Number <= ReplicateLimit
            ? SqlValue.Of(string.Concat(Enumerable.Repeat(arguments[0].Text, (int)arguments[1].Number)))
            : SqlValue.Undefined;

    private static SqlValue Part(SqlValue value, SqlValue start, SqlValue length)
    {
        if (value.Type != SqlType.String || start.Type != SqlType.Number || length.Type != SqlType.Number
            || start.Number != Math.Floor(start.Number) || length.Number != Math.Floor(length.Number))
        {
            return SqlValue.Undefined;
        }

        var text = value.Text;
        return start.Number < 0 || start.Number >= text.Length || length.Number <= 0
            ? SqlValue.Of("")
            : SqlValue.Of(text.Substring((int)start.Number, (int)Math.Min(length.Number, text.Length - start.Number)));
    }

    private static SqlValue IndexOf(ReadOnlySpan<SqlValue> arguments)
    {
        if (!AreStrings(arguments[..2]) || (arguments.Length == 3 && !arguments[2].IsIndex))
        {
            return SqlValue.Undefined;
        }

        var start = arguments.Length == 3 ? (int)arguments[2].Number : 0;
        return SqlValue.Of(
            start > arguments[0].Text.Length ? -1 : arguments[0].Text.IndexOf(arguments[1].Text, start, StringComparison.Ordinal));
    }

    private static SqlValue Parsed(SqlValue text, SqlType type)
    {
        if (text.Type != SqlType.String)
        {
            return SqlValue.Undefined;
        }

        try
        {
            var value = SqlValue.Of(JsonElement.Parse(text.Text));
            return value.Type == type ? value : SqlValue.Undefined;
        }
        catch (JsonException)
        {
            return SqlValue.Undefined;
        }
    }
}
