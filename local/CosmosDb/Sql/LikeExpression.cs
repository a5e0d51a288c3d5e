using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>
/// <c>a LIKE 'b%'</c>: <c>%</c> is any text, <c>_</c> one character, <c>[a-z]</c> one of a set and <c>[^a-z]</c> one outside it; the
/// character of ESCAPE makes the next one stand for itself.
/// </summary>
internal sealed class LikeExpression(Expression text, Expression pattern, char? escape) : Expression
{
    private (string Pattern, string Expression)? _last;

    protected override SqlValue ValueIn(Row row)
    {
        var value = text.Evaluate(row);
        var like = pattern.Evaluate(row);
        if (value.Type != SqlType.String || like.Type != SqlType.String)
        {
            return SqlValue.Undefined;
        }

        if (_last?.Pattern != like.Text)
        {
            _last = (like.Text, ToRegex(like.Text));
        }

        return SqlValue.Of(
            StringFunctions.Matches(value.Text, _last.Value.Expression, RegexOptions.Singleline | RegexOptions.NonBacktracking));
    }

    private string ToRegex(string like)
    {
        var regex = new StringBuilder("\\A");
        for (var i = 0; i < like.Length; i++)
        {
            if (like[i] == escape)
            {
                i++;
                regex.Append(i < like.Length
                    ? Regex.Escape(like[i..(i + 1)])
                    : throw new RefusedException(400, "The pattern of LIKE ends with its escape."));
            }
            else if (like[i] == '[' && SetAt(like, ref i) is { } set)
            {
                regex.Append(set);
            }
            else
            {
                regex.Append(like[i] switch { '%' => ".*", '_' => ".", _ => Regex.Escape(like[i..(i + 1)]) });
            }
        }

        return regex.Append("\\z").ToString();
    }

    /// <summary>
    /// Reads the set that begins here up to its bracket; null when it has no end or nothing in it, as the bracket then stands for
    /// itself.
    /// </summary>
    private string? SetAt(string like, ref int at)
    {
        var start = at + 1;
        var isNegated = start < like.Length && like[start] == '^' && escape != '^';
        var members = new StringBuilder();
        char? last = null;
        for (var i = isNegated ? start + 1 : start; i < like.Length; i++)
        {
            if (like[i] == ']' && escape != ']')
            {
                at = members.Length > 0 ? i : at;
                return members.Length > 0 ? $"[{(isNegated ? "^" : "")}{members}]" : null;
            }

            if (like[i] == '-' && escape != '-' && last is { } from && i + 1 < like.Length && like[i + 1] != ']')
            {
                i++;
                var to = MemberAt(like, ref i);
                members.Append('-').Append(
                    from <= to ? Code(to) : throw new RefusedException(400, "A range in the pattern of LIKE ends before it begins."));
                last = null;
            }
            else
            {
                last = MemberAt(like, ref i);
                members.Append(Code(last.Value));
            }
        }

        return null;
    }

    private char MemberAt(string like, ref int at)
    {
        at += like[at] == escape ? 1 : 0;
        return at < like.Length ? like[at] : throw new RefusedException(400, "The pattern of LIKE ends with its escape.");
    }

    private static string Code(char member) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)member:X4}");
}
