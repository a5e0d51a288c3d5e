using System.Globalization;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Streaks;

/// <summary>How a pair's streak stands at an instant.</summary>
public enum StreakState
{
    /// <summary>One of the two doesn't want any.</summary>
    Off,

    /// <summary>Nothing to show: too few days, or lost for good.</summary>
    None,

    Active,

    /// <summary>The day before passed without: it is lost at the end of this day.</summary>
    Grey,

    /// <summary>It can be restored for two days.</summary>
    Lost,
}

/// <summary>
/// The days in a row on which both users of a direct conversation wrote. Pure functions of what is stored on the head and of the time.
/// </summary>
/// <remarks>Days are counted since 1970 in the pair's zone, a fixed offset from UTC, so that each has 24 hours.</remarks>
public sealed record Streak
{
    /// <summary>From so many days on it is shown, and a missed day is forgiven.</summary>
    public const int ShownFrom = 3;

    /// <summary>So many days after the newest that counts it is lost.</summary>
    private const int LostAfter = 3;

    /// <summary>So many days after the newest that counts it can't be restored any more.</summary>
    private const int GoneAfter = 5;

    private const int SecondsOfDay = 24 * 60 * 60;

    /// <summary>The length up to <see cref="DoneDay"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Days { get; init; }

    /// <summary>The newest day that counts; 0 before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int DoneDay { get; init; }

    /// <summary>The newest day on which the head's first member wrote.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LastDayA { get; init; }

    /// <summary>The newest day on which the head's second member wrote.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LastDayB { get; init; }

    /// <summary>The pair's zone, in minutes east of UTC.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Zone { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RestoresLeft { get; init; }

    /// <summary>The message by which it grew last, or began to be shown; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long GrewSeq { get; init; }

    /// <summary>Whether the head's first member doesn't want it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOffA { get; init; }

    /// <summary>Whether the head's second member doesn't want it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOffB { get; init; }

    /// <summary>When it is lost unless both write on one of the days before.</summary>
    [JsonIgnore]
    public DateTimeOffset GraceUntil => StartOf(DoneDay + LostAfter);

    /// <summary>Until when it can be restored.</summary>
    [JsonIgnore]
    public DateTimeOffset RestorableUntil => StartOf(DoneDay + GoneAfter);

    public StreakState StateAt(DateTimeOffset now) =>
        IsOffA || IsOffB ? StreakState.Off
        : Days < ShownFrom ? StreakState.None
        : (DayOf(now) - DoneDay) switch
        {
            < LostAfter - 1 => StreakState.Active,
            LostAfter - 1 => StreakState.Grey,
            < GoneAfter => StreakState.Lost,
            _ => StreakState.None,
        };

    /// <summary>Whether a member has written on the day of an instant.</summary>
    public bool HasWritten(bool isFirst, DateTimeOffset now) => (isFirst ? LastDayA : LastDayB) == DayOf(now);

    /// <summary>
    /// The streak after a message. The second user's first message of a day makes it count. While a lost streak can be restored nothing
    /// new is counted, so that writing again doesn't end it.
    /// </summary>
    /// <param name="isFirst">Whether the head's first member wrote it.</param>
    /// <param name="now">When.</param>
    /// <param name="seq">The message's place in the log.</param>
    /// <param name="restores">How often a new streak can be restored.</param>
    public Streak Sent(bool isFirst, DateTimeOffset now, long seq, int restores)
    {
        var state = StateAt(now);
        if (state == StreakState.Off)
        {
            return this;
        }

        var day = DayOf(now);
        var sent = isFirst ? this with { LastDayA = Math.Max(LastDayA, day) } : this with { LastDayB = Math.Max(LastDayB, day) };
        if (sent.LastDayA != day || sent.LastDayB != day || day <= DoneDay || state == StreakState.Lost)
        {
            return sent;
        }

        var goesOn = day == DoneDay + 1 || state == StreakState.Grey;
        var days = goesOn ? Days + 1 : 1;
        return sent with
        {
            Days = days,
            DoneDay = day,
            RestoresLeft = goesOn ? RestoresLeft : restores,
            GrewSeq = days >= ShownFrom ? seq : 0,
        };
    }

    /// <summary>
    /// The streak as if no day had been missed; missed days don't count. It must be lost, and there must be restores left.
    /// </summary>
    public Streak Restored(DateTimeOffset now)
    {
        var day = DayOf(now);
        var isDone = LastDayA == day && LastDayB == day;
        return this with { Days = isDone ? Days + 1 : Days, DoneDay = isDone ? day : day - 1, RestoresLeft = RestoresLeft - 1 };
    }

    /// <summary>Turned off or on by a member. Both must want it, and what was counted is forgotten when one doesn't.</summary>
    public Streak Turned(bool isFirst, bool isOn) =>
        (isFirst ? IsOffA : IsOffB) == !isOn ? this
        : new()
        {
            Zone = Zone,
            IsOffA = isFirst ? !isOn : IsOffA,
            IsOffB = isFirst ? IsOffB : !isOn,
        };

    /// <summary>In another zone, where nothing was counted yet.</summary>
    public Streak InZone(int zone) => zone == Zone ? this : new() { Zone = zone, IsOffA = IsOffA, IsOffB = IsOffB };

    private int DayOf(DateTimeOffset now) => (int)Math.Floor((now.ToUnixTimeSeconds() + (Zone * 60)) / (double)SecondsOfDay);

    private DateTimeOffset StartOf(int day) => DateTimeOffset.FromUnixTimeSeconds(((long)day * SecondsOfDay) - (Zone * 60));
}

/// <summary>A zone as clients write it: an offset from UTC, such as <c>+05:30</c>.</summary>
internal static class StreakZone
{
    private const int MaxMinutes = 14 * 60;

    public static string Write(int minutes) =>
        string.Create(CultureInfo.InvariantCulture, $"{(minutes < 0 ? '-' : '+')}{Math.Abs(minutes) / 60:00}:{Math.Abs(minutes) % 60:00}");

    /// <summary>Reads it from a request's body; null when absent.</summary>
    public static int? Read(RequestBody body, string name)
    {
        var text = body.OptionalText(name, 6);
        if (text.Length == 0)
        {
            if (body.Has(name))
            {
                body.Fault($"/{name}", "invalid_zone", "Must be an offset from UTC.");
            }

            return null;
        }

        if (text is [var sign and ('+' or '-'), .. var span]
            && TimeSpan.TryParseExact(span, @"hh\:mm", CultureInfo.InvariantCulture, out var offset)
            && offset.TotalMinutes <= MaxMinutes
            && offset.Minutes % 15 == 0)
        {
            return (int)offset.TotalMinutes * (sign == '-' ? -1 : 1);
        }

        body.Fault($"/{name}", "invalid_zone", "Must be an offset from UTC in quarters of an hour, from -14:00 to +14:00.");
        return null;
    }
}
