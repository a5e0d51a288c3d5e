using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Chat.Local.Inspector;

namespace Chat.Local.Functions;

/// <summary>What a person sees when the host has started.</summary>
internal static class Banner
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, Uri address, CommandLine options, string routePrefix, IEnumerable<Function> functions)
    {
        WriteWhatItIs(output, options);
        foreach (var function in functions)
        {
            output.WriteLine($"  {function.Name,-32} {Describe(function)}");
        }

        output.WriteLine();
        output.WriteLine($"Web client {address}   Inspector {new Uri(address, "local")}   API {new Uri(address, routePrefix)}");
        output.WriteLine($"API reference {new Uri(address, "local/reference")}");
    }

    /// <summary>What another host's <c>local.settings.json</c> needs under <c>Values</c>, to run the app on these services.</summary>
    public static void WriteSettings(TextWriter output, LocalAzure azure, CommandLine options, string signingKey)
    {
        WriteWhatItIs(output, options);
        foreach (var (name, value) in AppSettings.Defaults(azure, signingKey))
        {
            output.WriteLine($"    \"{name.Replace(":", "__", StringComparison.Ordinal)}\": {JsonSerializer.Serialize(value, Readable)},");
        }

        output.WriteLine();
        output.WriteLine("Another host finds the services with these values in its local.settings.json. Ctrl-C ends them.");
    }

    /// <summary>What Azure would have billed for the run, in dollars and in each service's units.</summary>
    public static void WriteBill(TextWriter output, Meter meter)
    {
        var bill = PriceList.Current.Charge(meter.Read());
        var lines = bill.Lines.Select(line => string.Create(
            CultureInfo.InvariantCulture, $"{line.Service} ${line.Usd:0.0000} for {line.Units:0.##} {line.Unit}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Azure would have billed ${bill.Usd:0.0000}: {string.Join(", ", lines)}."));
    }

    private static void WriteWhatItIs(TextWriter output, CommandLine options)
    {
        output.WriteLine("Chat.Functions on a local Azure: a host for development and tests, never to be deployed.");
        output.WriteLine($"Data: {(options.InMemory ? "in memory" : Path.GetFullPath(options.DataDirectory))}");
        output.WriteLine();
    }

    private static string Describe(Function function) => function.Trigger switch
    {
        ServiceBusTriggerBinding queue => $"queue  {queue.QueueName}",
        CosmosTriggerBinding feed => $"feed   {feed.DatabaseName}/{feed.ContainerName}",
        TimerTriggerBinding timer => $"timer  {timer.Schedule}",
        _ => $"http   {function.Route}",
    };
}
