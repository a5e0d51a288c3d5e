using System.Globalization;
using Chat.Load;
using Chat.Local.Store;

namespace Chat.Services;

/// <summary>Writes of 500 bytes on disk: one alone pays a sync for itself, many share it.</summary>
internal static class StoreBenchmark
{
    private static readonly byte[] Value = new byte[500];

    public static async Task RunAsync(Table table)
    {
        await RunAsync(table, writers: 1);
        await RunAsync(table, writers: 64);
    }

    private static async Task RunAsync(Table table, int writers)
    {
        using var directory = new DataDirectory();
        await using var store = await LocalStore.OpenAsync(directory.Path, reset: false, TimeProvider.System);

        // All that share a sync wait for the same task.
        var syncs = new HashSet<Task>();
        var measured = await Measurement.TakeAsync(
            writers,
            _ =>
            {
                var durable = store.WhenDurableAsync(store.Put(new Record(store.NewId(), "benchmark", "", Value))).AsTask();
                lock (syncs)
                {
                    syncs.Add(durable);
                }

                return durable;
            },
            _ =>
            {
                syncs.Clear();
                return Task.CompletedTask;
            });
        table.Add("store", "put", measured, string.Create(
            CultureInfo.InvariantCulture,
            $"{syncs.Count / measured.Took.TotalSeconds:N0} syncs/s, {(double)measured.Count / syncs.Count:N1} puts each"));
    }
}
