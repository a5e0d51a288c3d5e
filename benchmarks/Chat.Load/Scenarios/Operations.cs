using System.Globalization;
using Chat.Load.Costs;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>
/// What each operation of the API costs in Azure with all that follows from it, nobody connected; by the backend's meter.
/// </summary>
internal static class Operations
{
    /// <summary>Each is done this often, for other people each time, and the mean is told.</summary>
    private const int Repeats = 5;

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, blobPort: ChatServer.FreePort());
        var rows = new List<string>();
        foreach (var operation in ApiOperation.All.Where(one => one.Name.Contains(options.Only, StringComparison.Ordinal)))
        {
            var acts = new List<Func<Task>>();
            for (var n = 0; n < Repeats; n++)
            {
                var world = new World(server.Http, $"{rows.Count}-{n}");
                await world.EverybodyIsThereAsync();
                acts.Add(await operation.PrepareAsync(world));
            }

            var before = await Tally.SettledAsync(server.Http);
            foreach (var act in acts)
            {
                await act();
            }

            var mean = (await Tally.SettledAsync(server.Http) - before) / Repeats;
            report.Add("operations", operation.Name, mean.RequestUnits, "RU");
            rows.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Title(operation.Name)} | {mean.RequestUnits:0.##} | {mean.CosmosRequests} | {mean.ServiceBusOperations:0.#} "
                    + $"| {mean.SignalRRequests:0.#} |"));
        }

        report.AddTable("operations", ["| operation | RU | of | Service Bus | SignalR |", "|---|---:|---|---:|---:|", .. rows]);
    }

    /// <summary>The request as code, and what is special about it as text.</summary>
    private static string Title(string name)
    {
        var parts = name.Split(", ", 2);
        return parts.Length == 1 ? $"`{name}`" : $"`{parts[0]}`, {parts[1]}";
    }
}
