using System.Text;
using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Chat.Local.Functions.ChangeFeed;

/// <summary>Follows one range of the change feed for one function, whenever this host has the range's lease.</summary>
internal sealed class ChangeFeedRange(
    Function function,
    ChangeFeedSource source,
    string range,
    LeaseContainer leases,
    string leaseId,
    ChangeFeedIntervals intervals,
    RetryingRunner runner,
    bool takesText,
    TimeProvider time,
    ILogger log)
{
    private readonly RetryPolicy _policy = RetryPolicy.Of(function);

    public async Task RunAsync(HostStop stop)
    {
        while (!stop.Taking.IsCancellationRequested)
        {
            try
            {
                if (await leases.TryAcquireAsync(leaseId) is { } lease)
                {
                    await FollowWhileOwnedAsync(lease.Lsn, stop);
                }

                await Task.Delay(intervals.Acquire, time, stop.Taking);
            }
            catch (OperationCanceledException) when (stop.Taking.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.FeedFailed(exception, function.Name, range);
                await Task.Delay(intervals.Poll, time, stop.Taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowWhileOwnedAsync(long lsn, HostStop stop)
    {
        using var owned = CancellationTokenSource.CreateLinkedTokenSource(stop.Taking);
        var renewal = RenewAsync(owned);
        try
        {
            await FollowAsync(lsn, stop, owned.Token);
        }
        catch (OperationCanceledException) when (owned.IsCancellationRequested)
        {
            // The lease is another host's now, or this one stops.
        }
        finally
        {
            await owned.CancelAsync();
            await renewal;
            if (!stop.Aborted)
            {
                await leases.ReleaseAsync(leaseId);
            }
        }
    }

    private async Task FollowAsync(long lsn, HostStop stop, CancellationToken owned)
    {
        while (!owned.IsCancellationRequested)
        {
            var page = await source.ReadAsync(range, lsn);
            if (page.Documents.Count == 0)
            {
                await Task.Delay(intervals.Poll, time, owned);
                continue;
            }

            await runner.RunAsync(function, _policy, Page(page.Documents), stop, owned);
            if (stop.Aborted || !await leases.TryKeepAsync(leaseId, page.Lsn))
            {
                return;
            }

            lsn = page.Lsn;
        }
    }

    /// <summary>
    /// The documents as the trigger hands them on: read and written by Newtonsoft.Json, which makes an instant of every text that
    /// looks like one and writes it without the zeros at its end (CosmosDBTriggerValueBinder in
    /// https://github.com/Azure/azure-webjobs-sdk-extensions).
    /// </summary>
    private TypedData Page(IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        var page = JArray.Parse($"[{string.Join(',', documents.Select(document => Encoding.UTF8.GetString(document.Span)))}]")
            .ToString(Formatting.None);
        return takesText ? new TypedData { String = page } : new TypedData { Json = page };
    }

    private async Task RenewAsync(CancellationTokenSource owned)
    {
        try
        {
            do
            {
                await Task.Delay(intervals.Renew, time, owned.Token);
            }
            while (await leases.TryKeepAsync(leaseId));

            await owned.CancelAsync();
        }
        catch (OperationCanceledException) when (owned.IsCancellationRequested)
        {
            // Nothing is left to renew.
        }
        catch (Exception exception)
        {
            log.FeedFailed(exception, function.Name, range);
            await owned.CancelAsync();
        }
    }
}
