using System.Globalization;
using System.Text;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

internal enum TokenKind
{
    End,
    Name,
    Parameter,
    Number,
    Text,
    Symbol,
}

/// <summary>
/// A word of a query. <paramref name="Text"/> is a name as written, a parameter with its @, or a string without its quotes.
/// </summary>
internal readonly record struct Token(TokenKind Kind, string Text, double Number, int Position, int End)
{
    public bool Is(string keyword) => Kind == TokenKind.Name && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}

/// <summary>Cuts a query into tokens.</summary>
internal static class SqlLexer
{
    private static readonly string[] Symbols =
    [
        "<=",
        ">=",
        "!=",
        "<>",
        "||",
        "??",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "*",
        "=",
        "<",
        ">",
        "+",
        "-",
        "/",
        "%",
        "?",
        ":",
        "&",
        "|",
        "^",
        "~",
    ];

    public static List<Token> Read(string sql)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (true)
        {
            at = AfterBlanks(sql, at);
            if (at == sql.Length)
            {
                tokens.Add(new Token(TokenKind.End, "", 0, at, at));
                return tokens;
            }

            tokens.Add(Next(sql, ref at));
        }
    }

    private static Token Next(string sql, ref int at)
    {
        var start = at;
        var first = sql[at];
        if (first is '"' or '\'')
        {
            return new Token(TokenKind.Text, Quoted(sql, ref at), 0, start, at);
        }

        if (char.IsAsciiDigit(first) || (first == '.' && at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1])))
        {
            at = EndOfNumber(sql, at);
            return double.TryParse(sql.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number)
                ? new Token(TokenKind.Number, sql[start..at], number, start, at)
                : throw new RefusedException(400, $"Syntax error, invalid numeric value at {start}.");
        }

        if (first == '@' || IsNamePart(first))
        {
            at++;
            while (at < sql.Length && IsNamePart(sql[at]))
            {
                at++;
            }

            return new Token(first == '@' ? TokenKind.Parameter : TokenKind.Name, sql[start..at], 0, start, at);
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(sql, at, symbol, 0, symbol.Length) == 0)
            {
                at += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, 0, start, at);
            }
        }

        throw new RefusedException(400, $"Syntax error, incorrect syntax near '{first}' at {at}.");
    }

    /// <summary>Passes over white space and comments: <c>-- to the end of the line</c> and <c>/* between these */</c>.</summary>
    private static int AfterBlanks(string sql, int at)
    {
        while (at < sql.Length)
        {
            if (char.IsWhiteSpace(sql[at]))
            {
                at++;
            }
            else if (string.CompareOrdinal(sql, at, "--", 0, 2) == 0)
            {
                at = sql.IndexOf('\n', at) is >= 0 and var end ? end : sql.Length;
            }
            else if (string.CompareOrdinal(sql, at, "/*", 0, 2) == 0)
            {
                at = sql.IndexOf("*/", at + 2, StringComparison.Ordinal) is >= 0 and var end
                    ? end + 2
                    : throw new RefusedException(400, "Syntax error, a comment isn't closed.");
            }
            else
            {
                return at;
            }
        }

        return at;
    }

    private static bool IsNamePart(char character) => char.IsLetterOrDigit(character) || character is '_' or '$';

    private static int EndOfNumber(string sql, int at)
    {
        while (at < sql.Length
            && (char.IsAsciiDigit(sql[at]) || sql[at] is '.' or 'e' or 'E' || (sql[at] is '+' or '-' && sql[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        return at;
    }

    private static string Quoted(string sql, ref int at)
    {
        var quote = sql[at++];
        var text = new StringBuilder();
        while (at < sql.Length && sql[at] != quote)
        {
            text.Append(sql[at] == '\\' ? Escape(sql, ref at) : sql[at++]);
        }

        if (at++ >= sql.Length)
        {
            throw new RefusedException(400, "Syntax error, a string isn't closed.");
        }

        return text.ToString();
    }

    private static char Escape(string sql, ref int at)
    {
        var kind = at + 1 < sql.Length ? sql[at + 1] : ' ';
        if (kind == 'u' && at + 6 <= sql.Length
            && ushort.TryParse(sql.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            at += 6;
            return (char)code;
        }

        at += 2;
        return kind switch
        {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\b',
            'f' => '\f',
            '\\' or '/' or '"' or '\'' => kind,
            _ => throw new RefusedException(400, $"Syntax error, there is no escape '\\{kind}'."),
        };
    }
}
