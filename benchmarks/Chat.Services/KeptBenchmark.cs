using System.Diagnostics;
using System.Globalization;
using System.Text;
using Chat.Load;
using Chat.Local;
using Chat.Services.Cosmos;

namespace Chat.Services;

/// <summary>
/// Starts with many messages kept, each in a process of its own: after a clean stop, and from the files as a kill leaves them.
/// </summary>
internal static class KeptBenchmark
{
    public const string Start = "--start";

    private const int PerConversation = 100;
    private const int AtOnce = 256;
    private const int Read = 3_000;
    private const double Megabyte = 1024 * 1024;

    public static async Task RunAsync(int messages)
    {
        using var directory = new DataDirectory();
        using var killed = new DataDirectory();
        await using (var azure = await LocalAzure.StartAsync(directory.Path))
        {
            var (cpu, written) = (Environment.CpuUsage.TotalTime, Written());
            await Parallel.ForAsync(0, messages, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
                await azure.Cosmos.UpsertDocumentAsync(
                    "chat", "conversations", Conversation(n), Encoding.UTF8.GetBytes(ChatDocuments.Message(Conversation(n), n))));
            var each = (
                Cpu: (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / messages,
                Kilobytes: (Written() - written) / 1024d / messages);
            Say($"{messages:N0} messages kept: {each.Cpu:N0} µs of processor time and {each.Kilobytes:N1} KB written each");
            using var pause = azure.Store.Pause();
            foreach (var file in Directory.GetFiles(directory.Path, "chat.*"))
            {
                File.Copy(file, Path.Combine(killed.Path, Path.GetFileName(file)));
            }
        }

        Say($"{new DirectoryInfo(directory.Path).GetFiles().Sum(file => file.Length) / Megabyte:N0} MB on disk");
        await StartAsync("after a kill", killed.Path, messages);
        await StartAsync("after a clean stop", directory.Path, messages);
    }

    /// <summary>What the process of its own does.</summary>
    public static async Task MeasureAsync(string directory, int messages)
    {
        var (empty, began) = (Resident(), Stopwatch.GetTimestamp());
        await using var azure = await LocalAzure.StartAsync(directory);
        await azure.Cosmos.ReadDocumentAsync("chat", "conversations", Conversation(0), "m:0");
        var (took, started) = (Stopwatch.GetElapsedTime(began), Resident());
        for (var n = 0; n < Read; n++)
        {
            var one = (int)((long)n * messages / Read);
            _ = await azure.Cosmos.ReadDocumentAsync("chat", "conversations", Conversation(one), $"m:{one}")
                ?? throw new InvalidOperationException("A message is missing.");
        }

        Say($"{took.TotalMilliseconds:N0} ms to the first message read");
        Say($"resident {empty:N0} MB before, {started:N0} MB then, {Resident():N0} MB after {Read:N0} reads");
    }

    private static async Task StartAsync(string how, string directory, int messages)
    {
        for (var run = 0; run < 3; run++)
        {
            Console.Write($"{how}: ");
            using var process = Process.Start(
                Environment.ProcessPath!,
                [typeof(KeptBenchmark).Assembly.Location, Start, directory, messages.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync();
        }
    }

    private static string Conversation(int message) => string.Create(CultureInfo.InvariantCulture, $"c{message / PerConversation}");

    private static double Resident() => Process.GetCurrentProcess().WorkingSet64 / Megabyte;

    private static long Written() =>
        long.Parse(
            File.ReadLines("/proc/self/io").First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal))[12..],
            CultureInfo.InvariantCulture);

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
