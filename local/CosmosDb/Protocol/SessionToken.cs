using System.Globalization;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>Session tokens: <c>range:-1#lsn</c>, several joined by commas.</summary>
internal static class SessionToken
{
    /// <summary>Whether a request's token asks for more than a range has seen.</summary>
    public static bool IsAhead(string? token, PartitionRange range, long lsn) => LsnIn(token, range) > lsn;

    /// <summary>The log sequence number of a range that a request's token has seen; 0 when it names none.</summary>
    public static long LsnIn(string? token, PartitionRange range)
    {
        if (string.IsNullOrEmpty(token))
        {
            return 0;
        }

        var latest = 0L;
        foreach (var part in token.AsSpan().Split(','))
        {
            var one = token.AsSpan(part);
            var colon = one.IndexOf(':');
            if (colon >= 0 && one[..colon].Equals(range.Id, StringComparison.Ordinal))
            {
                latest = Math.Max(latest, LsnOf(one[(colon + 1)..]));
            }
        }

        return latest;
    }

    /// <summary>Reads <c>version#lsn</c>, with <c>#region=lsn</c> after it from accounts of several regions.</summary>
    private static long LsnOf(ReadOnlySpan<char> text)
    {
        var start = text.IndexOf('#') + 1;
        var end = text[start..].IndexOf('#');
        var number = end < 0 ? text[start..] : text[start..][..end];
        return long.TryParse(number, CultureInfo.InvariantCulture, out var lsn)
            ? lsn
            : throw new RefusedException(400, $"The session token '{text}' can't be read.");
    }
}
