using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Health;

/// <summary>Checks every service by a cheap call. Anyone may ask for it, so a result is kept for two seconds.</summary>
public sealed class Readiness(
    ChatContainers containers,
    ServiceBusClient serviceBus,
    ChatHub hub,
    TimeProvider time,
    ILogger<Readiness> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly ServiceBusReceiver _deliveries = serviceBus.CreateReceiver(EntriesCommitted.Queue);
    private Task<HealthReport>? _latest;
    private long _asked;

    public Task<HealthReport> CheckAsync()
    {
        lock (_lock)
        {
            if (_latest is null || (_latest.IsCompleted && time.GetElapsedTime(_asked) > Validity))
            {
                _asked = time.GetTimestamp();
                _latest = AskAllAsync();
            }

            return _latest;
        }
    }

    private async Task<HealthReport> AskAllAsync()
    {
        var checks = await Task.WhenAll(
            AskAsync("cosmos", cancel => containers.Conversations.ReadContainerStreamAsync(cancellationToken: cancel)),
            AskAsync("serviceBus", cancel => _deliveries.PeekMessageAsync(cancellationToken: cancel)),
            AskAsync("signalR", hub.CheckAsync));
        var status = checks.All(check => check.Status == HealthReport.Ok) ? HealthReport.Ok : HealthReport.Unavailable;
        return new HealthReport(status, checks.ToDictionary(check => check.Service, check => check.Status, StringComparer.Ordinal));
    }

    private async Task<(string Service, string Status)> AskAsync(string service, Func<CancellationToken, Task> ask)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            // WaitAsync too: not every SDK call ends when its token does.
            await ask(timeout.Token).WaitAsync(Timeout, time);
            return (service, HealthReport.Ok);
        }
        catch (Exception exception)
        {
            logger.NotReady(exception, service);
            return (service, HealthReport.Unavailable);
        }
    }
}

/// <summary>The log lines of health checks.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(500, LogLevel.Warning, "{Service} doesn't answer.")]
    public static partial void NotReady(this ILogger logger, Exception exception, string service);

    [LoggerMessage(501, LogLevel.Warning, "The process starts cold: not everything that it needs could be opened before its first call.")]
    public static partial void NotWarm(this ILogger logger, Exception exception);
}
