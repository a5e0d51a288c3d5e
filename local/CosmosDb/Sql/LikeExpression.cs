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

    public override SqlValue Evaluate(Row row)
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

        return SqlValue.Of(StringFunctions.Matches(value.Text, _last.Value.Expression, RegexOptions.Singleline | RegexOptions.NonBacktracking));
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
            else if (like[i] == '[' && like.IndexOf(']', i + 1) is > 0 and var end)
            {
                regex.Append(SetOf(like[(i + 1)..end]));
                i = end;
            }
            else
            {
                regex.Append(like[i] switch { '%' => ".*", '_' => ".", _ => Regex.Escape(like[i..(i + 1)]) });
            }
        }

        return regex.Append("\\z").ToString();
    }

    private static string SetOf(string set)
    {
        var negated = set.StartsWith('^');
        var members = Regex.Escape(negated ? set[1..] : set).Replace("]", "\\]", StringComparison.Ordinal);
        return $"[{(negated ? "^" : "")}{members}]";
    }
}
