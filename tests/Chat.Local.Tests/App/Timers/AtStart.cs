using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class AtStart(Work work)
{
    [Function("AtStart")]
    public Task Tick([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer) => work.DoAsync("at start");
}
