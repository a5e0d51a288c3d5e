using System.Buffers.Text;
using System.Text;

namespace Chat.Functions.Shared;

/// <summary>
/// The cursor of lists that are ordered by an instant, newest first: the sort key of the last item, which is an instant, <c>|</c> and an
/// id. The next page continues there, even if items moved meanwhile.
/// </summary>
internal static class ActivityCursor
{
    /// <summary>Sorts after every instant. The comparison then excludes documents without one, and no others.</summary>
    public const string FromTheTop = "~";

    private const int MaxLength = 128;

    public static string Of(string activity) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(activity));

    /// <summary>The cursor of a request; null for the first page.</summary>
    public static string? Read(RequestQuery query)
    {
        if (query.Single("continuation") is not { } text)
        {
            return null;
        }

        // It comes from outside: anything but what Of returns is a fault.
        if (text.Length <= MaxLength
            && Base64Url.IsValid(text)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) is var activity
            && activity.Contains('|', StringComparison.Ordinal))
        {
            return activity;
        }

        query.Fault("continuation", "invalid", "Must be the continuation of a page before.");
        return null;
    }
}
