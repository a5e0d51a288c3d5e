using System.Diagnostics;
using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Local;

namespace Chat.Services;

/// <summary>
/// Service Bus over its port, with the package's client in a process of its own: what is measured is the server's process alone.
/// </summary>
internal static class AmqpBenchmark
{
    public const string Client = "--amqp-client";

    public static async Task RunAsync(Table table)
    {
        foreach (var (atOnce, prefetched) in new[] { (1, 0), (16, 0), (16, 100) })
        {
            await using var azure = await LocalAzure.StartAsync(null);
            azure.ServiceBus.Listen(0);
            var numbers = new[] { atOnce, prefetched }.Select(number => number.ToString(CultureInfo.InvariantCulture));
            using var client = Process.Start(new ProcessStartInfo(
                Environment.ProcessPath!, [typeof(AmqpBenchmark).Assembly.Location, Client, azure.ServiceBus.ConnectionString, .. numbers])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
            table.Add(
                "Service Bus over AMQP",
                "send, receive, complete",
                await Measurement.TakeAsync(atOnce, async (int count) =>
                {
                    await client.StandardInput.WriteLineAsync(count.ToString(CultureInfo.InvariantCulture));
                    return int.Parse(
                        await client.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The client ended."),
                        CultureInfo.InvariantCulture);
                }),
                $"the server alone; {prefetched} prefetched");
            client.StandardInput.Close();
            await client.WaitForExitAsync();
        }
    }

    /// <summary>What the process of its own does: for each number that it reads as many messages, and then says so.</summary>
    public static async Task CallAsync(string connectionString, int atOnce, int prefetched)
    {
        await using var client = new ServiceBusClient(connectionString);
        var bus = new ServiceBusBenchmark(
            client.CreateSender(ServiceBusBenchmark.Queue),
            client.CreateReceiver(ServiceBusBenchmark.Queue, new ServiceBusReceiverOptions { PrefetchCount = prefetched }));
        while (await Console.In.ReadLineAsync() is { } count)
        {
            var done = await Measurement.CallAsync(atOnce, int.Parse(count, CultureInfo.InvariantCulture), _ => bus.SendReceiveAsync());
            Console.WriteLine(done.ToString(CultureInfo.InvariantCulture));
        }
    }
}
