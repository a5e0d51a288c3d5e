using Chat.Services;
using Chat.Services.Cosmos;

(string Name, Func<Table, Task> Run)[] all =
[
    ("store", StoreBenchmark.RunAsync),
    ("servicebus", ServiceBusBenchmark.RunAsync),
    ("cosmos", CosmosBenchmark.RunAsync),
    ("signalr", SignalRBenchmark.RunAsync),
    ("functions", FunctionsBenchmark.RunAsync),
    ("writers", WritersBenchmark.RunAsync),
];
if (args.Except(all.Select(benchmark => benchmark.Name), StringComparer.Ordinal).Any())
{
    await Console.Error.WriteLineAsync("Usage: Chat.Services [store] [servicebus] [cosmos] [signalr] [functions] [writers]; all without an argument.");
    return 2;
}

var table = new Table(Console.Out);
foreach (var (_, run) in all.Where(benchmark => args.Length == 0 || args.Contains(benchmark.Name, StringComparer.Ordinal)))
{
    await run(table);
}

return 0;
