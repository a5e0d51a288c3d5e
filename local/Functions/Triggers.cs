using Chat.Local.Functions.Timers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>
/// The triggers of a host, between the app's own services and the port: they start before it opens. At a stop they take nothing new at
/// once, and finish what runs after the last request.
/// </summary>
internal sealed class Triggers(HostStop stop, ILogger<Triggers> log) : IHostedLifecycleService
{
    private readonly Lock _lock = new();
    private readonly List<ITrigger> _triggers = [];
    private Task _running = Task.CompletedTask;

    /// <summary>Completes when none runs a function any more, and what they took is settled or given back.</summary>
    public Task Ended => _running;

    /// <summary>Adds what is to start with the host.</summary>
    public void Add(IEnumerable<ITrigger> triggers) => _triggers.AddRange(triggers);

    /// <summary>Begins a run of a timer's function beside its schedule, and waits for nothing; false when there is no such timer.</summary>
    public bool TryRunByHand(string function)
    {
        if (_triggers.OfType<TimerFunction>().FirstOrDefault(timer => timer.Function.Name == function) is not { } found)
        {
            return false;
        }

        lock (_lock)
        {
            _running = Task.WhenAll(_running, Task.Run(() => found.RunByHandAsync(stop)));
        }

        return true;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_triggers.Select(trigger => trigger.PrepareAsync()));
        _running = Task.WhenAll(_triggers.Select(trigger => Task.Run(() => trigger.RunAsync(stop), CancellationToken.None)));
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        stop.TakeNoMore();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _running.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.DrainEnded();
            stop.WaitNoLonger();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
