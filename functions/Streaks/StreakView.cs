using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Streaks;

/// <summary>A pair's streak as both see it, and the data of <c>streak.updated</c>.</summary>
/// <param name="Days">0 unless it is active, grey or lost.</param>
/// <param name="Zone">The offset from UTC by which days are counted, such as <c>+05:30</c>.</param>
/// <param name="WroteToday">Who of the two has written on this day.</param>
/// <param name="OffBy">Who doesn't want it.</param>
internal sealed record StreakView(
    StreakState State,
    int Days,
    string Zone,
    int RestoresLeft,
    IReadOnlyList<UserId> WroteToday,
    IReadOnlyList<UserId> OffBy)
{
    public const string Updated = "streak.updated";

    /// <summary>When it is lost unless both write on one day before; present while it is active or grey.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? GraceUntil { get; init; }

    /// <summary>Until when it can be restored; present while it is lost.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RestorableUntil { get; init; }

    /// <summary>The streak of a direct conversation.</summary>
    public static StreakView Of(Head head, DateTimeOffset now)
    {
        var streak = head.Streak ?? new();
        var (first, second) = (head.Members![0].UserId, head.Members[1].UserId);
        var state = streak.StateAt(now);
        var isShown = state is StreakState.Active or StreakState.Grey or StreakState.Lost;
        return new(
            state,
            isShown ? streak.Days : 0,
            StreakZone.Write(streak.Zone),
            isShown ? streak.RestoresLeft : 0,
            Some(streak.HasWritten(isFirst: true, now), streak.HasWritten(isFirst: false, now)),
            Some(streak.IsOffA, streak.IsOffB))
        {
            GraceUntil = state is StreakState.Active or StreakState.Grey ? streak.GraceUntil : null,
            RestorableUntil = state == StreakState.Lost ? streak.RestorableUntil : null,
        };

        IReadOnlyList<UserId> Some(bool isFirst, bool isSecond) =>
            [.. isFirst ? [first] : Array.Empty<UserId>(), .. isSecond ? [second] : Array.Empty<UserId>()];
    }

    /// <summary>What is told with entries, if one of them made the streak grow.</summary>
    public static IEnumerable<ChatEvent> ToldWith(IReadOnlyList<LogEntry> entries, Head head, DateTimeOffset now) =>
        head.Streak is { GrewSeq: > 0 } streak && entries.Any(entry => entry.Seq == streak.GrewSeq)
            ? [new ChatEvent(Updated, head.ConversationId, null, now, Of(head, now))]
            : [];
}
