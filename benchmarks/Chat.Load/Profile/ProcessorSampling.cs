using System.Diagnostics;
using System.Globalization;

namespace Chat.Load.Profile;

/// <summary>
/// Where a process spends processor time, by Linux's <c>perf</c>: 499 samples for each second of processor time, in the kernel and native
/// code too. EventPipe's own sampler would count threads that only wait, and stop all threads for each sample.
/// </summary>
internal static class ProcessorSampling
{
    /// <summary>What makes the runtime tell perf which method is where.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_PerfMapEnabled"] = "1",
        ["DOTNET_EnableWriteXorExecute"] = "0",
    };

    public static async Task<IReadOnlyList<StackSample>> TakeAsync(int process, TimeSpan duration)
    {
        var file = Path.GetTempFileName();
        try
        {
            var seconds = duration.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            await RunAsync(
                ["record", "--quiet", "-e", "cpu-clock", "-F", "499", "-g", "-p", $"{process}", "-o", file, "--", "sleep", seconds]);
            return [.. Parse(await RunAsync(["script", "-i", file, "-F", "comm,tid,ip,sym,dso"]))];
        }
        finally
        {
            File.Delete(file);
            File.Delete($"/tmp/perf-{process}.map");
        }
    }

    /// <summary>A sample is a line with the thread, a line for each frame, and an empty one.</summary>
    private static IEnumerable<StackSample> Parse(string script)
    {
        foreach (var sample in script.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = sample.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var thread = lines[0].TrimEnd();
            yield return new StackSample(thread[..thread.LastIndexOf(' ')].TrimEnd(), [.. lines.Skip(1).Select(Frame.Parse)], 1);
        }
    }

    private static async Task<string> RunAsync(IReadOnlyList<string> arguments)
    {
        using var perf = Process.Start(new ProcessStartInfo("perf", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (perf.StandardOutput.ReadToEndAsync(), perf.StandardError.ReadToEndAsync());
        await perf.WaitForExitAsync();
        return perf.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"perf {arguments[0]} failed with {perf.ExitCode}: {await error}");
    }
}
