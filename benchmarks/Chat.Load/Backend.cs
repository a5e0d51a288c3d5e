using System.Diagnostics;
using System.Net;

namespace Chat.Load;

/// <summary>The backend as a process of its own, watched from outside.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Backend(Process process, Uri address, TimeSpan startedIn)
    {
        _process = process;
        StartedIn = startedIn;
        Http = Client(address);
    }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartedIn { get; }

    public HttpClient Http { get; }

    /// <summary>The processor time that it has used so far, in user and system mode.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that it has resident, in MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1e6;
        }
    }

    /// <param name="server">The backend's assembly.</param>
    /// <param name="directory">Where it keeps its data.</param>
    /// <param name="settings">Settings of the app that it gets besides.</param>
    public static async Task<Backend> StartAsync(string server, string directory, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet", [server, "--urls", "http://127.0.0.1:0", "--cosmos-port", "0", "--data", directory])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["Auth__SigningKey"] = AccessToken.SigningKey;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        var found = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ReadAsync(process.StandardOutput, found);
        var address = await found.Task.WaitAsync(Patience);
        using (var probe = Client(address))
        {
            while (await StatusAsync(probe) != HttpStatusCode.OK)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        var startedIn = Stopwatch.GetElapsedTime(began);
        return new Backend(process, address, startedIn);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Reads what it prints, to its end, so that it never waits for a reader.</summary>
    private static async Task ReadAsync(StreamReader output, TaskCompletionSource<Uri> address)
    {
        const string Mark = "Web client ";
        while (await output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal))
            {
                address.TrySetResult(new Uri(line[Mark.Length..].Split(' ')[0]));
            }
        }

        address.TrySetException(new InvalidOperationException("The backend ended before it was ready; what it said is above."));
    }

    private static HttpClient Client(Uri address) => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/health");
        return answer.StatusCode;
    }
}
