using System.Globalization;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions;

/// <summary>What a person sees when the host has started.</summary>
internal static class Banner
{
    public static void Write(TextWriter output, Uri address, CommandLine options, HostJson hostJson, IEnumerable<Function> functions)
    {
        output.WriteLine("Chat.Functions on a local Azure: a host for development and tests, never to be deployed.");
        output.WriteLine($"Data: {(options.InMemory ? "in memory" : Path.GetFullPath(options.DataDirectory))}");
        output.WriteLine();
        foreach (var function in functions)
        {
            output.WriteLine($"  {function.Name,-32} {Describe(function)}");
        }

        output.WriteLine();
        output.WriteLine($"Web client {address}   Inspector {new Uri(address, "local")}   API {new Uri(address, hostJson.RoutePrefix)}");
    }

    /// <summary>What Azure would have billed, in each service's unit.</summary>
    public static void WriteBill(TextWriter output, Meter meter) =>
        output.WriteLine("Azure would have billed: " + string.Join(", ", meter.Read()
            .GroupBy(reading => reading.Service, StringComparer.Ordinal)
            .Select(service => string.Create(CultureInfo.InvariantCulture, $"{service.Sum(reading => reading.Units):0.##} {Unit(service.Key)}"))));

    private static string Unit(string service) => service switch
    {
        "functions" => "GB-s",
        "cosmos" => "RU",
        "servicebus" => "Service Bus operations",
        "signalr" => "SignalR messages",
        _ => service,
    };

    private static string Describe(Function function) => function.Trigger switch
    {
        ServiceBusTriggerAttribute queue => $"queue  {queue.QueueName}",
        CosmosDBTriggerAttribute feed => $"feed   {feed.DatabaseName}/{feed.ContainerName}",
        TimerTriggerAttribute timer => $"timer  {timer.Schedule}",
        _ => $"http   {function.Route}",
    };
}
