using Chat.Local.CosmosDb;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>Runs a function with the changes of a container, each range on its own and on one host at a time.</summary>
/// <remarks>
/// A page counts as done when the function succeeded, or when its retry policy gave up: without a retry policy an exception skips
/// the page, as in Azure. A host that stops in between reads the page again at the next start.
/// </remarks>
internal sealed class ChangeFeedFunction : ITrigger
{
    private const int PageOfStart = 1000;
    private readonly CosmosTriggerBinding _trigger;
    private readonly CosmosService _cosmos;
    private readonly LeaseContainer _leases;
    private readonly List<(string LeaseId, string Range)> _ranges;
    private readonly Func<string, string, ChangeFeedRange> _follow;

    public ChangeFeedFunction(
        Function function,
        CosmosTriggerBinding trigger,
        LocalAzure azure,
        RetryingRunner runner,
        ILogger<ChangeFeedFunction> log)
    {
        _trigger = trigger;
        _cosmos = azure.Cosmos;
        _leases = new LeaseContainer(
            azure,
            trigger.DatabaseName,
            trigger.LeaseContainerName,
            Interval(trigger.LeaseExpirationInterval, 60_000));
        _ranges = [.. azure.Cosmos.RangesOf(trigger.DatabaseName, trigger.ContainerName)
            .Select(range => ($"{trigger.LeaseContainerPrefix}{function.Name}.{range}", range))];
        var pageSize = trigger.MaxItemsPerInvocation > 0 ? trigger.MaxItemsPerInvocation : 100;
        var source = new ChangeFeedSource(azure, trigger.DatabaseName, trigger.ContainerName, pageSize);
        var intervals = new ChangeFeedIntervals(
            Poll: Interval(trigger.FeedPollDelay, 5_000),
            Acquire: Interval(trigger.LeaseAcquireInterval, 13_000),
            Renew: Interval(trigger.LeaseRenewInterval, 17_000));
        _follow = (leaseId, range) => new ChangeFeedRange(
            function, source, range, _leases, leaseId, intervals, runner, trigger.TakesText, azure.Time, log);
    }

    /// <summary>Decides where the first start ever begins, so that what changes once the port is open isn't missed.</summary>
    public async Task PrepareAsync()
    {
        foreach (var (leaseId, range) in _ranges)
        {
            await _leases.CreateAsync(leaseId, () => _trigger.StartFromBeginning ? Task.FromResult(0L) : EndOfAsync(range));
        }
    }

    public Task RunAsync(HostStop stop) => Task.WhenAll(_ranges.Select(range => _follow(range.LeaseId, range.Range).RunAsync(stop)));

    private static TimeSpan Interval(int milliseconds, int byDefault) =>
        TimeSpan.FromMilliseconds(milliseconds > 0 ? milliseconds : byDefault);

    private async Task<long> EndOfAsync(string range)
    {
        var lsn = 0L;
        while (await _cosmos.ReadChangesAsync(
            _trigger.DatabaseName, _trigger.ContainerName, range, lsn, PageOfStart) is { Documents.Count: > 0 } page)
        {
            lsn = page.Lsn;
        }

        return lsn;
    }
}
