using System.Diagnostics;
using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Curves;

/// <summary>People who write without listening, any number of messages outstanding.</summary>
internal static class Writers
{
    /// <summary>So many turns at once, each of which goes on to the next of the conversations and waits for the answer.</summary>
    public static IReadOnlyList<Func<Task<double>>> Of(string name, int atOnce, IReadOnlyList<(User User, string Conversation)> places)
    {
        var sent = 0;
        return [.. Enumerable.Repeat(new Func<Task<double>>(async () =>
        {
            var n = Interlocked.Increment(ref sent);
            var (user, conversation) = places[n % places.Count];
            var began = Stopwatch.GetTimestamp();
            await user.SendAsync(conversation, string.Create(CultureInfo.InvariantCulture, $"{name}-{n}"), Filler.Text);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }), atOnce)];
    }
}
