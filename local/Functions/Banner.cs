using System.Globalization;
using Chat.Local.Inspector;

namespace Chat.Local.Functions;

/// <summary>What a person sees when the host has started.</summary>
internal static class Banner
{
    public static void Write(TextWriter output, Uri address, CommandLine options, string routePrefix, IEnumerable<Function> functions)
    {
        output.WriteLine("Chat.Functions on a local Azure: a host for development and tests, never to be deployed.");
        output.WriteLine($"Data: {(options.InMemory ? "in memory" : Path.GetFullPath(options.DataDirectory))}");
        output.WriteLine();
        foreach (var function in functions)
        {
            output.WriteLine($"  {function.Name,-32} {Describe(function)}");
        }

        output.WriteLine();
        output.WriteLine($"Web client {address}   Inspector {new Uri(address, "local")}   API {new Uri(address, routePrefix)}");
    }

    /// <summary>What Azure would have billed for the run, in dollars and in each service's units.</summary>
    public static void WriteBill(TextWriter output, Meter meter)
    {
        var bill = PriceList.Current.Charge(meter.Read());
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Azure would have billed ${bill.Usd:0.0000}: {string.Join(", ", bill.Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.Service} ${line.Usd:0.0000} for {line.Units:0.##} {line.Unit}")))}."));
    }

    private static string Describe(Function function) => function.Trigger switch
    {
        ServiceBusTriggerBinding queue => $"queue  {queue.QueueName}",
        CosmosTriggerBinding feed => $"feed   {feed.DatabaseName}/{feed.ContainerName}",
        TimerTriggerBinding timer => $"timer  {timer.Schedule}",
        _ => $"http   {function.Route}",
    };
}
