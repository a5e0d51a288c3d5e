using System.Globalization;
using Chat.Services;
using Chat.Services.Cosmos;

switch (args)
{
    case [KeptBenchmark.Start, var directory, var kept]:
        await KeptBenchmark.MeasureAsync(directory, int.Parse(kept, CultureInfo.InvariantCulture));
        return 0;
    case [AmqpBenchmark.Client, var connectionString, var atOnce, var prefetched]:
        await AmqpBenchmark.CallAsync(
            connectionString, int.Parse(atOnce, CultureInfo.InvariantCulture), int.Parse(prefetched, CultureInfo.InvariantCulture));
        return 0;
    case ["kept", var messages]:
        await KeptBenchmark.RunAsync(int.Parse(messages, CultureInfo.InvariantCulture));
        return 0;
    case ["feed", var conversations, var messagesEach]:
        await FeedBenchmark.RunAsync(
            int.Parse(conversations, CultureInfo.InvariantCulture), int.Parse(messagesEach, CultureInfo.InvariantCulture));
        return 0;
    case [PhotoBenchmark.Child, var path]:
        await PhotoBenchmark.MeasureAsync(path);
        return 0;
    case ["photo", var megapixels]:
        await PhotoBenchmark.RunAsync(int.Parse(megapixels, CultureInfo.InvariantCulture));
        return 0;
    case ["followers", _, ..]:
        await FollowersBenchmark.RunAsync([.. args.Skip(1).Select(size => int.Parse(size, CultureInfo.InvariantCulture))]);
        return 0;
}

(string Name, Func<Table, Task> Run)[] all =
[
    ("store", StoreBenchmark.RunAsync),
    ("servicebus", ServiceBusBenchmark.RunAsync),
    ("amqp", AmqpBenchmark.RunAsync),
    ("cosmos", CosmosBenchmark.RunAsync),
    ("signalr", SignalRBenchmark.RunAsync),
    ("host", HostBenchmark.RunAsync),
    ("instances", InstancesBenchmark.RunAsync),
    ("writers", WritersBenchmark.RunAsync),
    ("limits", LimitsBenchmark.RunAsync),
];
if (args.Except(all.Select(benchmark => benchmark.Name), StringComparer.Ordinal).Any())
{
    await Console.Error.WriteLineAsync(
        "Usage: Chat.Services [store] [servicebus] [amqp] [cosmos] [signalr] [host] [instances] [writers] [limits]; "
            + "all without an argument. "
            + "Or: kept MESSAGES; or: feed CONVERSATIONS MESSAGES; or: followers NUMBER…; or: photo MEGAPIXELS.");
    return 2;
}

var table = new Table(Console.Out);
foreach (var (_, run) in all.Where(benchmark => args.Length == 0 || args.Contains(benchmark.Name, StringComparer.Ordinal)))
{
    await run(table);
}

return 0;
