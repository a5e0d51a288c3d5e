using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Chat.Local.Functions.Timers;

/// <summary>
/// A six-field NCRONTAB expression in UTC: seconds, minutes, hours, days, months, days of the week (0 is Sunday). Fields take <c>*</c>,
/// lists, ranges and steps. A moment must match all of them.
/// </summary>
internal sealed class Schedule
{
    private static readonly (int First, int Last)[] Bounds = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
    private readonly ulong[] _fields;

    private Schedule(ulong[] fields) => _fields = fields;

    public static bool TryParse(string expression, [NotNullWhen(true)] out Schedule? schedule)
    {
        var texts = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var fields = new ulong[Bounds.Length];
        schedule = texts.Length == fields.Length
            && Enumerable.Range(0, fields.Length).All(i => TryParse(texts[i], Bounds[i].First, Bounds[i].Last, out fields[i]))
            ? new Schedule(fields)
            : null;
        // The 30th of February never comes.
        schedule = schedule?.Next(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)) is null ? null : schedule;
        return schedule is not null;
    }

    /// <summary>The first occurrence after a moment; null when there is none in the 28 years in which the calendar repeats.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var start = after.UtcDateTime;
        var next = new DateTime(start.Year, start.Month, start.Day, start.Hour, start.Minute, start.Second, DateTimeKind.Utc).AddSeconds(1);
        var end = start.AddYears(28);
        while (next < end)
        {
            if (!Has(4, next.Month))
            {
                next = new DateTime(next.Year, next.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(1);
            }
            else if (!Has(3, next.Day) || !Has(5, (int)next.DayOfWeek))
            {
                next = next.Date.AddDays(1);
            }
            else if (!Has(2, next.Hour))
            {
                next = next.Date.AddHours(next.Hour + 1);
            }
            else if (!Has(1, next.Minute))
            {
                next = next.AddSeconds(60 - next.Second);
            }
            else if (!Has(0, next.Second))
            {
                next = next.AddSeconds(1);
            }
            else
            {
                return new DateTimeOffset(next, TimeSpan.Zero);
            }
        }

        return null;
    }

    private bool Has(int field, int value) => (_fields[field] >> value & 1) != 0;

    private static bool TryParse(string text, int first, int last, out ulong values)
    {
        values = 0;
        foreach (var item in text.Split(','))
        {
            if (!TryParseItem(item, first, last, ref values))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryParseItem(string item, int first, int last, ref ulong values)
    {
        var step = 1;
        var (range, from, to) = (item, first, last);
        if (item.Split('/') is [var before, var by])
        {
            range = before;
            if (!TryParseNumber(by, out step) || step < 1 || step > last)
            {
                return false;
            }
        }

        if (range != "*")
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryParseNumber(ends[0], out from) || !TryParseNumber(ends[^1], out to) || from < first || to > last
                || from > to)
            {
                return false;
            }

            // "5/10" goes on from 5 to the end.
            to = ends.Length == 1 && range != item ? last : to;
        }

        for (var value = from; value <= to; value += step)
        {
            values |= 1UL << value;
        }

        return true;
    }

    private static bool TryParseNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
