using Chat.Load.Costs;
using Chat.Load.Servers;

namespace Chat.Load.Scenarios;

/// <summary>
/// What first contact costs in Azure, by the backend's meter: a stranger's request beyond the same two calls where everybody may write to
/// everybody, each with all that follows from it; and a plain send, to be held against an older build's (<c>--server</c>).
/// </summary>
internal static class FirstContact
{
    private const int Repeats = 5;

    /// <summary>With the limits that are there by default.</summary>
    private static readonly Dictionary<string, string> Strict = new(StringComparer.Ordinal)
    {
        ["Trust__Mode"] = "strict",
        ["Limits__FirstContactsPerDay"] = "20",
        ["Limits__OpenContacts"] = "3",
    };

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var (strict, _) = await MeasureAsync(options, Strict, report, "strict");
        var (open, plain) = await MeasureAsync(options, null, report, "open");
        report.Add("contact", "a request beyond the same where all is open", strict - open, "RU");
        report.Add("contact", "a plain send", plain, "RU");
    }

    /// <returns>The mean of opening a conversation and writing in it for the first time, and of a send in it after the answer.</returns>
    private static async Task<(double First, double Plain)> MeasureAsync(
        LoadOptions options,
        Dictionary<string, string>? settings,
        Report report,
        string mode)
    {
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path, settings);
        var worlds = Enumerable.Range(0, Repeats).Select(n => new World(server.Http, $"{mode}-{n}")).ToList();
        foreach (var world in worlds)
        {
            await world.EverybodyIsThereAsync();
        }

        var conversations = new Dictionary<World, string>();
        var opened = await MeanAsync(async world => conversations[world] = await world.DirectAsync());
        var asked = await MeanAsync(world => world.SendAsync(conversations[world]));
        var answered = await MeanAsync(world => world.SendAsync(conversations[world], "ben"));
        var plain = await MeanAsync(world => world.SendAsync(conversations[world]));
        report.Add("contact", $"{mode}: open a conversation", opened.RequestUnits, "RU");
        report.Add("contact", $"{mode}: its first message", asked.RequestUnits, "RU");
        report.Add("contact", $"{mode}: the answer", answered.RequestUnits, "RU");
        report.Add("contact", $"{mode}: a send after that", plain.RequestUnits, "RU");
        return (opened.RequestUnits + asked.RequestUnits, plain.RequestUnits);

        async Task<Tally> MeanAsync(Func<World, Task> act)
        {
            var before = await Tally.SettledAsync(server.Http);
            foreach (var world in worlds)
            {
                await act(world);
            }

            return (await Tally.SettledAsync(server.Http) - before) / Repeats;
        }
    }
}
