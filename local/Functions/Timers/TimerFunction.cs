using System.Text.Json;
using Chat.Local.Functions.Protocol;

namespace Chat.Local.Functions.Timers;

/// <summary>Runs a function by its schedule, on one host at a time; an occurrence that passed while it ran is made up for once.</summary>
internal sealed class TimerFunction(
    Function function,
    TimerTriggerBinding trigger,
    RetryingRunner runner,
    SharedByHosts shared,
    TimeProvider time) : ITrigger
{
    private readonly RetryPolicy _policy = RetryPolicy.Of(function);
    private readonly Schedule _schedule = Schedule.TryParse(trigger.Schedule, out var schedule)
        ? schedule
        : throw HostRefusedException.Function(
            function.Name,
            $"has the schedule '{trigger.Schedule}', which isn't a six-field NCRONTAB expression that ever comes true.");

    private DateTimeOffset _last;

    public Function Function => function;

    public Task PrepareAsync()
    {
        _last = time.GetUtcNow();
        return Task.CompletedTask;
    }

    public async Task RunAsync(HostStop stop)
    {
        try
        {
            if (trigger.RunOnStartup)
            {
                await RunAsync(_last, isPastDue: false, stop);
            }

            while (_schedule.Next(_last) is { } due)
            {
                var now = time.GetUtcNow();
                var isPastDue = due < now;
                _last = isPastDue ? now : due;
                await WaitUntilAsync(due, stop.Taking);
                if (shared.TakeTimerRun(function.Name, due))
                {
                    await RunAsync(due, isPastDue, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.Taking.IsCancellationRequested)
        {
            // The host stops; the next one reads the schedule afresh.
        }
    }

    /// <summary>Runs now, whatever the schedule says and whoever else runs it.</summary>
    public async Task RunByHandAsync(HostStop stop)
    {
        try
        {
            await RunAsync(time.GetUtcNow(), isPastDue: false, stop);
        }
        catch (OperationCanceledException) when (stop.Taking.IsCancellationRequested)
        {
            // The host stops, and nobody makes up for a run by hand.
        }
    }

    private async Task WaitUntilAsync(DateTimeOffset due, CancellationToken taking)
    {
        // A timer takes no more than 49 days.
        for (var left = due - time.GetUtcNow(); left > TimeSpan.Zero; left = due - time.GetUtcNow())
        {
            await Task.Delay(left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1), time, taking);
        }

        taking.ThrowIfCancellationRequested();
    }

    private Task RunAsync(DateTimeOffset due, bool isPastDue, HostStop stop)
    {
        var info = new
        {
            Schedule = new { AdjustForDST = true },
            ScheduleStatus = new
            {
                Last = due.UtcDateTime,
                Next = _schedule.Next(time.GetUtcNow())?.UtcDateTime ?? default,
                LastUpdated = time.GetUtcNow().UtcDateTime,
            },
            IsPastDue = isPastDue,
        };
        return runner.RunAsync(function, _policy, new TypedData { Json = JsonSerializer.Serialize(info) }, stop, stop.Taking);
    }
}
