using System.Globalization;
using Chat.Load.Costs;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>What each operation of the API costs in Azure with all that follows from it, one at a time, nobody connected; by the backend's meter.</summary>
internal static class Operations
{
    private const int Repeats = 3;

    // The sweep's looks would fall into other operations' measurements.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["Delivery__SweepGrace"] = "01:00:00" };

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, Settings);
        var rows = new List<string>();
        foreach (var operation in ApiOperation.All)
        {
            var tallies = new List<Tally>();
            for (var n = 0; n < Repeats; n++)
            {
                tallies.Add(await MeasureAsync(server.Http, operation, $"{rows.Count}-{n}"));
            }

            var median = tallies.OrderBy(tally => tally.RequestUnits).ElementAt(Repeats / 2);
            report.Add("operations", operation.Name, median.RequestUnits, "RU");
            rows.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| `{operation.Name.Replace(", ", "`, ", StringComparison.Ordinal)}{(operation.Name.Contains(", ", StringComparison.Ordinal) ? "" : "`")} | {median.RequestUnits:0.##} | {median.CosmosRequests} | {median.ServiceBusOperations:0} | {median.SignalRRequests:0} | {median.Executions:0} |"));
        }

        report.AddTable("operations", ["| operation | RU | of | Service Bus | SignalR | executions |", "|---|---:|---|---:|---:|---:|", .. rows]);
    }

    private static async Task<Tally> MeasureAsync(HttpClient http, ApiOperation operation, string name)
    {
        var act = await operation.PrepareAsync(new World(http, name));
        var before = await Tally.SettledAsync(http);
        await act();
        return await Tally.SettledAsync(http) - before;
    }
}
