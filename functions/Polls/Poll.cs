using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Polls;

/// <summary>The options of a poll with their votes, on the message whose text is the question.</summary>
/// <param name="Options">2 to 10.</param>
/// <param name="Multiple">Whether a member may choose several options.</param>
/// <param name="Voters">How many members have voted.</param>
public sealed record Poll(IReadOnlyList<PollOption> Options, bool Multiple, int Voters)
{
    private static readonly TimeSpan MaxDuration = TimeSpan.FromDays(365);

    /// <summary>When voting ends; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClosesAt { get; init; }

    public static Poll Read(RequestBody body, Limits limits)
    {
        var options = body.Texts("options", 2, limits.PollOptions, limits.PollOptionText);
        return new([.. options.Select(option => new PollOption(option, 0))], body.Flag("multiple"), 0)
        {
            ClosesAt = body.Has("closesAt") ? body.Instant("closesAt") : null,
        };
    }

    public bool IsClosedAt(DateTimeOffset now) => ClosesAt <= now;

    /// <summary>The refusal if it can't be sent now; null when it can.</summary>
    public Problem? Refusal(DateTimeOffset now) =>
        ClosesAt <= now || ClosesAt > now + MaxDuration
            ? Problems.OutOfRange("/poll/closesAt", "Must be in the future, within 365 days.")
            : null;

    /// <summary>The poll after a member's vote changed; empty for no vote.</summary>
    public Poll With(IReadOnlyList<int> before, IReadOnlyList<int> after) => this with
    {
        Options = [.. Options.Select((option, index) => option with { Votes = option.Votes - Count(before, index) + Count(after, index) })],
        Voters = Voters - Math.Min(before.Count, 1) + Math.Min(after.Count, 1),
    };

    /// <summary>The poll with the viewer's own vote marked.</summary>
    public Poll For(IReadOnlyList<int> mine) =>
        this with { Options = [.. Options.Select((option, index) => option with { Mine = mine.Contains(index) })] };

    private static int Count(IReadOnlyList<int> options, int index) => options.Contains(index) ? 1 : 0;
}

/// <summary>An option of a poll.</summary>
/// <param name="Votes">How many members chose it.</param>
public sealed record PollOption(string Text, int Votes)
{
    /// <summary>Whether the caller chose it; absent in pushes, which are the same for everyone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Mine { get; init; }
}
