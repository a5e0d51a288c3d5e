using System.Text.RegularExpressions;
using Chat.Functions.Shared;

namespace Chat.Functions.Content;

/// <summary>Whether a text leads somewhere else. Pure functions.</summary>
internal static partial class Links
{
    /// <summary>The refusal of a text by the relation of who writes it: strangers send no links.</summary>
    public static Problem? Refusal(bool isStranger, string text) => isStranger && AreIn(text) ? Problems.ContentRefused : null;

    /// <summary>Whether a text has an address, in any spelling that clients make a link of: with a scheme, or a host name.</summary>
    public static bool AreIn(string text)
    {
        // Dots of other scripts, which browsers take for one. Fullwidth letters are folded.
        var folded = new string(FoldedText.Of(text).Text).Replace('\u3002', '.');
        return Address.IsMatch(folded) || Address.IsMatch(text);
    }

    /// <summary>Of bare host names those whose end is no word: "done.It" is no address, "t.me/x" is.</summary>
    [GeneratedRegex(
        """
        \b[a-z][a-z0-9+.-]{1,30}://\S
        | \bwww\.\S
        | \b(mailto|tel|sms|javascript|data):\S
        | [\p{L}\p{N}]\.(com|net|org|info|biz|io|co|app|dev|xyz|gg|tv|ly|ai|cc|ws|su|ru|cn|de|uk|fr|es|nl|pl|br|eu|jp|kr|ca|au|ch|se|fi|dk
            |cz|ua|tr|ir|vn|icu|vip)(?![\p{L}\p{N}-])
        | [\p{L}\p{N}]\.\p{L}{2,18}(:\d+)?/[\p{L}\p{N}]
        | [\p{L}\p{N}]\.xn--
        | \b\d{1,3}(\.\d{1,3}){3}(:\d+)?/
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address { get; }
}
