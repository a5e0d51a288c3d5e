using Chat.Load.Costs;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>What is billed while nobody does anything: the change feed's polls and leases, and the queues' empty receives.</summary>
internal static class Idle
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>Holds 14 renewals of a lease.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromMinutes(4);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        await Task.Delay(Settled, TimeProvider.System);
        var before = await Tally.ReadAsync(server.Http);
        await Task.Delay(Watched, TimeProvider.System);
        var used = await Tally.ReadAsync(server.Http) - before;
        var hours = Watched.TotalHours;
        report.Add("idle", "polls of the change feed", used.Requests(one => one is ("cosmos", "changefeed")) / hours, "an hour");
        report.Add("idle", "polls of the change feed", used.Units(one => one is ("cosmos", "changefeed")) / hours, "RU an hour");
        report.Add("idle", "reads and writes of leases", used.Requests(one => one is ("cosmos", "lease")) / hours, "an hour");
        report.Add("idle", "reads and writes of leases", used.Units(one => one is ("cosmos", "lease")) / hours, "RU an hour");
        report.Add("idle", "everything else of Cosmos DB", used.RequestUnits / hours, "RU an hour");
        report.Add("idle", "Service Bus", used.ServiceBusOperations / hours, "operations an hour");
    }
}
