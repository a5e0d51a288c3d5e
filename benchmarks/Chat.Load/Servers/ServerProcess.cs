using System.Diagnostics;
using System.Globalization;

namespace Chat.Load.Servers;

/// <summary>A server's process, watched from outside and ended by its own id.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>More than a queue takes that half a minute of load has filled.</summary>
    private const int LongestSettling = 240;

    /// <summary>What an idle server may use between two looks: 4 % of a core.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;

    private ServerProcess(Process process)
    {
        _process = process;
    }

    public int Id => _process.Id;

    /// <summary>The processor time that it has used so far, in user and system mode.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>
    /// What of that its runtime used for compiling again, in the background, what runs often; 0 where there is no such thing.
    /// </summary>
    public TimeSpan CompileTime
    {
        get
        {
            // The system cuts names off after 15 characters.
            var thread = Directory.GetDirectories($"/proc/{Id}/task")
                .FirstOrDefault(task => Read(task, "comm").StartsWith(".NET Tiered Com", StringComparison.Ordinal));
            var times = thread is null ? [] : Read(thread, "stat").Split(") ").Last().Split(' ');
            return times.Length < 13 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10 * (Ticks(times[11]) + Ticks(times[12])));
        }
    }

    /// <summary>How long its threads of now were ready to run and had to wait for a processor, in all.</summary>
    public TimeSpan ReadyTime => TimeSpan.FromMicroseconds(Directory.GetDirectories($"/proc/{Id}/task")
        .Select(task => Read(task, "schedstat").Split(' '))
        .Sum(times => times is [_, var waited, _] ? Ticks(waited) / 1000 : 0));

    /// <summary>The memory that it has resident, in MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <summary>What it has done with files so far.</summary>
    public DiskUse Disk => DiskUse.Of(Id);

    /// <summary>Starts a server and waits for the line in which it says where it listens.</summary>
    /// <param name="mark">How that line begins; the address is the word that follows.</param>
    public static async Task<(ServerProcess Process, Uri Address)> StartAsync(ProcessStartInfo start, string mark)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        var process = Process.Start(start)!;
        var found = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ReadAsync(process.StandardOutput, mark, found);
        return (new ServerProcess(process), await found.Task.WaitAsync(Patience));
    }

    /// <summary>The process that it started itself; null when there is none.</summary>
    public ServerProcess? FindChild()
    {
        var child = Directory.GetDirectories("/proc")
            .Where(directory => int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .FirstOrDefault(directory => Read(directory, "stat").Split(") ").Last().Split(' ') is [_, var parent, ..]
                && parent == Id.ToString(CultureInfo.InvariantCulture));
        return child is null
            ? null
            : new ServerProcess(Process.GetProcessById(int.Parse(Path.GetFileName(child), CultureInfo.InvariantCulture)));
    }

    /// <summary>Waits until it has done what it had left for later: no longer busy for half a second, or a minute over.</summary>
    public async Task SettleAsync()
    {
        for (var (looks, quiet) = (0, 0); looks < LongestSettling && quiet < 2; looks++)
        {
            var before = CpuTime;
            await Task.Delay(Look, TimeProvider.System);
            quiet = CpuTime - before <= Idle ? quiet + 1 : 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static long Ticks(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A thread may end at any moment.</summary>
    private static string Read(string task, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, file));
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Reads what it prints, to its end, so that it never waits for a reader.</summary>
    private static async Task ReadAsync(StreamReader output, string mark, TaskCompletionSource<Uri> address)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(mark, StringComparison.Ordinal))
            {
                address.TrySetResult(new Uri(line[mark.Length..].Split(' ')[0]));
            }
        }

        address.TrySetException(new InvalidOperationException("The server ended before it was ready; what it said is above."));
    }
}
