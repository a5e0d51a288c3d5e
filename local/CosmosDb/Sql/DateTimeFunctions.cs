using System.Globalization;

namespace Chat.Local.CosmosDb.Sql;

/// <summary>
/// Functions of instants, which are strings in UTC like <c>2026-01-31T09:30:00.0000000Z</c>; ticks are 100 ns since 1970.
/// </summary>
internal static class DateTimeFunctions
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    private static readonly string[] Formats =
        ["yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-dd"];

    public static Dictionary<string, (int, int, Functions.Function)> All => new(StringComparer.Ordinal)
    {
        ["DATETIMEADD"] = (3, 3, a => UnitOf(a[0]) is { } unit && a[1].Type == SqlType.Number && InstantOf(a[2]) is { } at ? Add(
            unit, a[1].Number, at) : default),
        ["DATETIMEBIN"] = (2, 4, Bin),
        ["DATETIMEDIFF"] = (
            3,
            3,
            a => UnitOf(a[0]) is { } unit && InstantOf(a[1]) is { } from && InstantOf(a[2]) is { } to ? Between(unit, from, to) : default),
        ["DATETIMEFROMPARTS"] = (3, 7, FromParts),
        ["DATETIMEPART"] = (2, 2, a => UnitOf(a[0]) is { } unit && InstantOf(a[1]) is { } at ? SqlValue.Of(Part(unit, at)) : default),
        ["DATETIMETOTICKS"] = (1, 1, a => InstantOf(a[0]) is { } at ? SqlValue.Of(TicksOf(at)) : default),
        ["DATETIMETOTIMESTAMP"] = (1, 1, a => InstantOf(a[0]) is { } at ? SqlValue.Of(MillisecondsOf(at)) : default),
        ["TICKSTODATETIME"] = (1, 1, a => a[0].Type == SqlType.Number ? FromTicks(a[0].Number) : default),
        ["TIMESTAMPTODATETIME"] = (
            1,
            1,
            a => a[0].Type == SqlType.Number ? FromTicks(a[0].Number * TimeSpan.TicksPerMillisecond) : default),
    };

    private enum Unit
    {
        Year,
        Month,
        Day,
        Hour,
        Minute,
        Second,
        Millisecond,
        Microsecond,
        Nanosecond,
    }

    /// <summary>What a function that tells the time tells; null for any other name.</summary>
    /// <remarks>In Azure the static ones tell the same in a whole query. Here all do.</remarks>
    public static SqlValue? Current(string name, DateTimeOffset now) => name.ToUpperInvariant() switch
    {
        "GETCURRENTDATETIME" or "GETCURRENTDATETIMESTATIC" => Text(now.UtcDateTime),
        "GETCURRENTTICKS" or "GETCURRENTTICKSSTATIC" => SqlValue.Of(TicksOf(now.UtcDateTime)),
        "GETCURRENTTIMESTAMP" or "GETCURRENTTIMESTAMPSTATIC" => SqlValue.Of(MillisecondsOf(now.UtcDateTime)),
        _ => null,
    };

    private static SqlValue Text(DateTime at) => SqlValue.Of(at.ToString(Format, CultureInfo.InvariantCulture));

    private static DateTime? InstantOf(SqlValue value)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return value.Type == SqlType.String && DateTime.TryParseExact(value.Text, Formats, CultureInfo.InvariantCulture, Utc, out var at)
            ? at
            : null;
    }

    private static Unit? UnitOf(SqlValue value) => value.Type != SqlType.String ? null : value.Text.ToLowerInvariant() switch
    {
        "year" or "yyyy" or "yy" => Unit.Year,
        "month" or "mm" or "m" => Unit.Month,
        "day" or "dd" or "d" => Unit.Day,
        "hour" or "hh" => Unit.Hour,
        "minute" or "mi" or "n" => Unit.Minute,
        "second" or "ss" or "s" => Unit.Second,
        "millisecond" or "ms" => Unit.Millisecond,
        "microsecond" or "mcs" => Unit.Microsecond,
        "nanosecond" or "ns" => Unit.Nanosecond,
        _ => null,
    };

    private static long TicksOf(DateTime at) => at.Ticks - DateTime.UnixEpoch.Ticks;

    private static double MillisecondsOf(DateTime at) => Math.Floor((double)TicksOf(at) / TimeSpan.TicksPerMillisecond);

    private static SqlValue FromTicks(double ticks) =>
        ticks + DateTime.UnixEpoch.Ticks is >= 0 and var sum && sum <= DateTime.MaxValue.Ticks
            ? Text(DateTime.UnixEpoch.AddTicks((long)ticks))
            : SqlValue.Undefined;

    private static double TicksIn(Unit unit) => unit switch
    {
        Unit.Day => TimeSpan.TicksPerDay,
        Unit.Hour => TimeSpan.TicksPerHour,
        Unit.Minute => TimeSpan.TicksPerMinute,
        Unit.Second => TimeSpan.TicksPerSecond,
        Unit.Millisecond => TimeSpan.TicksPerMillisecond,
        Unit.Microsecond => TimeSpan.TicksPerMicrosecond,
        _ => 0.01,
    };

    /// <summary>How many whole units the calendar has up to an instant, from 1970.</summary>
    private static double Count(Unit unit, DateTime at) => unit switch
    {
        Unit.Year => at.Year - 1970,
        Unit.Month => ((at.Year - 1970) * 12) + at.Month - 1,
        _ => Math.Floor(TicksOf(at) / TicksIn(unit)),
    };

    private static SqlValue Between(Unit unit, DateTime from, DateTime to) => SqlValue.Of(Count(unit, to) - Count(unit, from));

    private static double Part(Unit unit, DateTime at) => unit switch
    {
        Unit.Year => at.Year,
        Unit.Month => at.Month,
        Unit.Day => at.Day,
        Unit.Hour => at.Hour,
        Unit.Minute => at.Minute,
        Unit.Second => at.Second,
        Unit.Millisecond => at.Millisecond,
        Unit.Microsecond => at.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond,
        _ => at.Ticks % TimeSpan.TicksPerSecond * 100,
    };

    private static SqlValue Add(Unit unit, double number, DateTime at)
    {
        if (number != Math.Floor(number))
        {
            return SqlValue.Undefined;
        }

        try
        {
            return Text(unit switch
            {
                Unit.Year => at.AddYears(checked((int)number)),
                Unit.Month => at.AddMonths(checked((int)number)),
                _ => at.AddTicks(checked((long)(number * TicksIn(unit)))),
            });
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
        {
            return SqlValue.Undefined;
        }
    }

    /// <summary>The start of the bin that an instant is in; bins are counted from an origin, 1970 unless given.</summary>
    private static SqlValue Bin(ReadOnlySpan<SqlValue> arguments)
    {
        var size = arguments.Length > 2 ? arguments[2] : SqlValue.Of(1);
        var origin = arguments.Length > 3 ? InstantOf(arguments[3]) : DateTime.UnixEpoch;
        if (InstantOf(arguments[0]) is not { } at || UnitOf(arguments[1]) is not { } unit || origin is not { } zero
            || size is not { IsIndex: true, Number: >= 1 })
        {
            return SqlValue.Undefined;
        }

        if (unit is Unit.Year or Unit.Month)
        {
            var bins = Math.Floor((Count(unit, at) - Count(unit, zero)) / size.Number);
            return Add(unit, bins * size.Number, zero);
        }

        var ticks = Math.Max(1, TicksIn(unit) * size.Number);
        return Add(Unit.Nanosecond, Math.Floor((at.Ticks - zero.Ticks) / ticks) * ticks * 100, zero);
    }

    private static SqlValue FromParts(ReadOnlySpan<SqlValue> arguments)
    {
        Span<int> parts = [1, 1, 1, 0, 0, 0, 0];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].IsIndex)
            {
                return SqlValue.Undefined;
            }

            parts[i] = (int)arguments[i].Number;
        }

        try
        {
            return parts[6] < TimeSpan.TicksPerSecond
                ? Text(new DateTime(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], DateTimeKind.Utc).AddTicks(parts[6]))
                : SqlValue.Undefined;
        }
        catch (ArgumentOutOfRangeException)
        {
            return SqlValue.Undefined;
        }
    }
}
