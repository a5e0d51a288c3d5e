using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Chat.Load.Costs;

/// <summary>What the backend's meter has counted so far: of each operation of each service how often, and how many billed units.</summary>
internal sealed record Tally(IReadOnlyDictionary<(string Service, string Operation), (double Requests, double Units)> Counts)
{
    /// <summary>Longer than the lists of larger conversations take to follow.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5.5);

    public static async Task<Tally> ReadAsync(HttpClient http)
    {
        using var meter = await JsonDocument.ParseAsync(await http.GetStreamAsync("/local/meter"));
        return new Tally(meter.RootElement.GetProperty("run").GetProperty("readings").EnumerateArray().ToDictionary(
            reading => (reading.GetProperty("service").GetString()!, reading.GetProperty("operation").GetString()!),
            reading => (reading.GetProperty("requests").GetDouble(), reading.GetProperty("units").GetDouble())));
    }

    /// <summary>The tally once nothing but time has been counted for a while: what is done in the background is done, too.</summary>
    public static async Task<Tally> SettledAsync(HttpClient http)
    {
        var (tally, since) = (await ReadAsync(http), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < Quiet)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            var next = await ReadAsync(http);
            if (next.Requests(one => !IsByTime(one)) > tally.Requests(one => !IsByTime(one)))
            {
                (tally, since) = (next, Stopwatch.GetTimestamp());
            }
        }

        return tally;
    }

    public double Requests(Func<(string Service, string Operation), bool> which) =>
        Counts.Where(one => which(one.Key)).Sum(one => one.Value.Requests);

    public double Units(Func<(string Service, string Operation), bool> which) =>
        Counts.Where(one => which(one.Key)).Sum(one => one.Value.Units);

    /// <summary>What messages use; the change feed's polls and leases cost by time.</summary>
    public double RequestUnits => Units(one => one.Service == "cosmos" && !IsByTime(one));

    public double ServiceBusOperations => Units(one => one.Service == "servicebus");

    /// <summary>Requests to SignalR Service: free, but throttled.</summary>
    public double SignalRRequests =>
        Requests(one => one.Service == "signalr" && !one.Operation.StartsWith("message", StringComparison.Ordinal));

    /// <summary>The requests to Cosmos DB by their kind, such as <c>2 patch 16.46, read 1</c>.</summary>
    public string CosmosRequests => string.Join(", ", Counts
        .Where(one => one.Key.Service == "cosmos" && !IsByTime(one.Key))
        .OrderByDescending(one => one.Value.Units)
        .Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $"{(one.Value.Requests == 1 ? "" : $"{one.Value.Requests:0.#} ")}{one.Key.Operation} {one.Value.Units:0.##}")));

    /// <summary>Whether an operation is counted by time and not by what somebody does.</summary>
    public static bool IsByTime((string Service, string Operation) one) => one is ("cosmos", "changefeed" or "lease");

    public static Tally operator /(Tally sum, int times) =>
        new(sum.Counts.ToDictionary(one => one.Key, one => (one.Value.Requests / times, one.Value.Units / times)));

    public static Tally operator -(Tally after, Tally before)
    {
        var counts = after.Counts
            .Select(one => (one.Key, Before: before.Counts.GetValueOrDefault(one.Key), After: one.Value))
            .Where(one => one.After.Requests > one.Before.Requests);
        return new Tally(
            counts.ToDictionary(one => one.Key, one => (one.After.Requests - one.Before.Requests, one.After.Units - one.Before.Units)));
    }
}
