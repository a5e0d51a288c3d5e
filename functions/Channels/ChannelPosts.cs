using System.Globalization;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Channels;

/// <summary>How many messages were sent to a channel on a day (UTC). On the head, which every one of them writes, so it is exact.</summary>
public sealed record ChannelPosts(string Day, int Count)
{
    /// <summary>The limit's name.</summary>
    public const string Limit = "channelPostsPerDay";

    /// <summary>The count after one more.</summary>
    public static ChannelPosts After(ChannelPosts? before, DateTimeOffset at) =>
        before is not null && before.Day == DayOf(at) ? before with { Count = before.Count + 1 } : new(DayOf(at), 1);

    /// <summary>Whether the head can't rule out that the day is full; then a send must tell a repeat first.</summary>
    public static bool MayHold(Head head, int most) => head is { IsChannel: true, Posts: { } posts } && most > 0 && posts.Count >= most;

    /// <summary>The refusal if as many were sent on the day as may be; <paramref name="most"/> is 0 for any number.</summary>
    internal static Problem? Refusal(Head head, int most, DateTimeOffset now) =>
        MayHold(head, most) && head.Posts!.Day == DayOf(now)
            ? Problems.RateLimited(Limit, most, new(most, TimeSpan.FromDays(1), 0, TimeSpan.FromDays(1) - now.UtcDateTime.TimeOfDay))
            : null;

    // Not an instant: the change feed's trigger would write it in another form.
    private static string DayOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
