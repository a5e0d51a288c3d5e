using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class EveryMinute(Work work)
{
    [Function("EveryMinute")]
    public Task Tick([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken) =>
        work.DoAsync(
            $"{timer.ScheduleStatus!.Last:HH:mm:ss} next {timer.ScheduleStatus.Next:HH:mm:ss}{(timer.IsPastDue ? " late" : "")}",
            cancellationToken);
}
