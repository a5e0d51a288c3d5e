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

    /// <summary>
    /// A bare host name counts if it ends in a top-level domain of this list, in any case: those that most people or most spam use, and
    /// not those with which sentences begin or files end, such as <c>it</c>, <c>is</c>, <c>in</c>, <c>now</c>, <c>md</c>. So "done.It" is
    /// no address; with a path behind it, any ending is. An IPv4 address counts when its four numbers stand alone.
    /// </summary>
    [GeneratedRegex(
        """
        \b[a-z][a-z0-9+.-]{1,30}://\S
        | \bwww\.\S
        | \b(mailto|tel|sms|javascript|data):\S
        | [\p{L}\p{N}]\.(com|net|org|info|biz|io|co|app|dev|xyz|gg|tv|ly|ai|cc|ws|su|ru|cn|de|uk|fr|es|nl|pl|br|eu|jp|kr|ca|au|ch|se|fi|dk
            |cz|ua|tr|ir|vn|icu|vip|top|shop|site|online|store|click|link|live|me|club|fun|space|website|tech|pro|bid|loan|win|download
            |review|stream|party|racing|science|trade|webcam|date|men|rest|buzz|monster|quest|bond|sbs|cfd|cyou|lol|pics|hair|skin|beauty
            |autos|boats|homes|yachts|mom|ltd|group|ink|media|news|world|life|agency|digital|cloud|host|press|page|zone|network|support
            |email|center|global|chat|games|bet|casino|poker|porn|sex|sexy|adult|xxx|dating|singles|tube|video|social|money|cash|credit
            |finance|gold|gdn|tk|ml|ga|cf|gq|gd|gl|gs|mobi|asia|jobs|work|wang|kim|ren|mx|ar|cl|pe|ve|hk|tw|sg|ph|th|pk|ng|za
            |il|sa|ae|gr|pt|hu|ro|bg|hr|sk|lt|lv|ee|nz|lu|li|kz|ge|az)(?![\p{L}\p{N}-])
        | [\p{L}\p{N}]\.\p{L}{2,24}(:\d+)?/[\p{L}\p{N}]
        | [\p{L}\p{N}]\.xn--
        | (?<![\p{L}\p{N}.])(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}(?!\.?[\p{L}\p{N}])
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address { get; }
}
