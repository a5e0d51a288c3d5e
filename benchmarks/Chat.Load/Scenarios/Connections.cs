using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>
/// What connections that nobody uses keep in memory, as whoever looks at the process sees it, and what they use the processor for.
/// </summary>
internal static class Connections
{
    /// <summary>How many there are in the end.</summary>
    public const int Most = Steps * Step;

    /// <summary>How long a server has to give back what its start left.</summary>
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(10);

    private const int Step = 250;
    private const int Steps = 4;
    private const int AtOnce = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var rows = new List<string>();
        var first = 0d;
        foreach (var contender in options.Contenders)
        {
            using var data = new DataDirectory();
            await using var server = await contender.StartAsync(data.Path);

            await Task.Delay(Start, TimeProvider.System);
            var people = new List<IPerson>();
            var resident = new List<double> { await ResidentAsync(server.Process) };
            for (var step = 0; step < Steps; step++)
            {
                people.AddRange(await ConnectAsync(server, people.Count, Step));
                resident.Add(await ResidentAsync(server.Process));
                report.Add("connections", $"resident with {people.Count}", resident[^1], "MB", contender.Name);
            }

            var cpu = server.Process.CpuTime;
            await Task.Delay(Idle, TimeProvider.System);
            var used = 100 * (server.Process.CpuTime - cpu) / Idle;
            var each = 1000 * (resident[^1] - resident[0]) / Most;
            first = first is 0 ? each : first;
            report.Add("connections", "resident for each", each, "KB", contender.Name);
            report.Add("connections", "CPU while idle", used, "% of a core", contender.Name);
            rows.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"| {contender.Name} | "
                    + $"{string.Join(" | ", resident.Select(megabytes => megabytes.ToString("0", CultureInfo.InvariantCulture)))} "
                    + $"| {each:0} | {first / each:0.00} | {used:0.0} |"));
            await Task.WhenAll(people.Select(person => person.DisposeAsync().AsTask()));
        }

        var counts = Enumerable.Range(0, Steps + 1).Select(step => string.Create(CultureInfo.InvariantCulture, $"MB with {step * Step}"));
        report.AddTable("connections", [
            $"| server | {string.Join(" | ", counts)} | KB each | chat ÷ its | % of a core |",
            $"|---|{string.Concat(Enumerable.Repeat("---:|", Steps + 4))}",
            .. rows,
        ]);
    }

    /// <summary>Connects people with these numbers, some of them at once.</summary>
    public static async Task<List<IPerson>> ConnectAsync(IServer server, int from, int count)
    {
        var people = new List<IPerson>();
        foreach (var some in Enumerable.Range(from, count).Chunk(AtOnce))
        {
            people.AddRange(
                await Task.WhenAll(some.Select(n => server.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"idle-{n}")))));
        }

        return people;
    }

    /// <summary>What is resident once it is quiet, in MB.</summary>
    public static async Task<double> ResidentAsync(ServerProcess server)
    {
        await Task.Delay(Pause, TimeProvider.System);
        await server.SettleAsync();
        return server.ResidentMegabytes;
    }
}
