using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Load;
using Chat.Local;

namespace Chat.Services;

/// <summary>The queue of deliveries, with its duplicate detection and messages of 1 KB, through the client that the app uses.</summary>
internal sealed class ServiceBusBenchmark(ServiceBusSender sender, ServiceBusReceiver receiver)
{
    public const string Queue = "deliveries";
    private const int Batch = 100;
    private static readonly byte[] Body = new byte[1000];
    private long _sent;

    public static async Task RunAsync(Table table)
    {
        foreach (var (kept, atOnce) in new[] { ("memory", 1), ("memory", 16), ("disk", 16) })
        {
            await MeasureAsync(kept, async bus =>
                table.Add(
                    $"Service Bus, {kept}", "send", await Measurement.TakeAsync(atOnce, _ => bus.SendAsync()), "into a growing queue"));
            await MeasureAsync(kept, async bus =>
                table.Add($"Service Bus, {kept}", "receive, complete", await Measurement.TakeAsync(
                    atOnce, _ => bus.ReceiveAsync(), bus.FillAsync)));
            await MeasureAsync(kept, async bus =>
                table.Add(
                    $"Service Bus, {kept}", "send, receive, complete", await Measurement.TakeAsync(atOnce, _ => bus.SendReceiveAsync())));
        }
    }

    public async Task SendReceiveAsync()
    {
        await SendAsync();
        await ReceiveAsync();
    }

    private static async Task MeasureAsync(string kept, Func<ServiceBusBenchmark, Task> measure)
    {
        using var directory = new DataDirectory();
        await using var azure = await LocalAzure.StartAsync(kept == "disk" ? directory.Path : null);
        await using var client = azure.ServiceBus.Connect();
        await measure(new ServiceBusBenchmark(client.CreateSender(Queue), client.CreateReceiver(Queue)));
    }

    private Task SendAsync() => sender.SendMessageAsync(NewMessage());

    private async Task ReceiveAsync() => await receiver.CompleteMessageAsync(await receiver.ReceiveMessageAsync());

    private async Task FillAsync(int count)
    {
        for (var sent = 0; sent < count; sent += Batch)
        {
            await sender.SendMessagesAsync(Enumerable.Range(0, Batch).Select(_ => NewMessage()));
        }
    }

    private ServiceBusMessage NewMessage() => new(Body)
    {
        MessageId = Interlocked.Increment(ref _sent).ToString(CultureInfo.InvariantCulture),
        ContentType = "application/json",
    };
}
