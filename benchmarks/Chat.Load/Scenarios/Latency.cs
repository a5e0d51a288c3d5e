namespace Chat.Load.Scenarios;

/// <summary>What a single message takes while nothing else happens.</summary>
internal static class Latency
{
    private const int WarmUp = 200;
    private const int Messages = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(string server, Report report)
    {
        using var data = new DataDirectory();
        await using var backend = await Backend.StartAsync(server, data.Path);
        await using var pair = await Pair.MeetAsync(backend.Http, "pair");
        await SendAsync(pair, WarmUp);
        var exchanges = await SendAsync(pair, Messages);
        report.AddPercentiles("latency", "to the recipient", exchanges.Select(exchange => exchange.Arrived), "ms");
        report.AddPercentiles("latency", "to the answer", exchanges.Select(exchange => exchange.Answered), "ms");
    }

    private static async Task<List<Exchange>> SendAsync(Pair pair, int count)
    {
        var exchanges = new List<Exchange>(count);
        for (var i = 0; i < count; i++)
        {
            exchanges.Add(await pair.SendAsync("A message of the size that people write to each other."));
            await Task.Delay(Pause, TimeProvider.System);
        }

        return exchanges;
    }
}
