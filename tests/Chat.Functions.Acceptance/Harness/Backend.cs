using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.Local.Functions;
using Xunit.Sdk;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>The backend as a process of its own, as <c>dotnet run --project local</c> starts it.</summary>
internal sealed class Backend : IAsyncDisposable
{
    // What a busy machine takes.
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(5);

    // The drain's 30 s, and what a busy machine takes for the rest.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(3);

    private static int _lastPort = 10_000 + (Environment.ProcessId % 100 * 200);

    private readonly Process _process;
    private readonly StringBuilder _output;

    private Backend(Process process, StringBuilder output, Uri address)
    {
        _process = process;
        _output = output;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <param name="directory">Where it keeps its data.</param>
    /// <param name="asChild">Whether the app runs in a process of its own below it.</param>
    public static async Task<Backend> StartAsync(string directory, bool asChild = false)
    {
        string[] ports = asChild
            ? ["--cosmos-port", FreePort(), "--servicebus-port", FreePort(), "--child"]
            : ["--cosmos-port", "0", "--servicebus-port", "0"];
        var start = With(["--urls", "http://127.0.0.1:0", .. ports, "--signalr-port", FreePort(), "--blob-port", "0", "--data", directory]);
        start.Environment["Auth__SigningKey"] = Tokens.SigningKey;
        foreach (var limit in ChatApp.RateLimits)
        {
            start.Environment[$"Limits__{limit}"] = "0";
        }

        var process = Process.Start(start)!;
        var output = new StringBuilder();
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Take(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }

            const string Mark = "Web client ";
            if (line?.StartsWith(Mark, StringComparison.Ordinal) == true)
            {
                address.TrySetResult(new Uri(line[Mark.Length..].Split(' ')[0]));
            }
        }

        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(address.Task, ended).WaitAsync(StartsWithin) == ended)
        {
            throw new InvalidOperationException($"The backend ended with {process.ExitCode}: {output}");
        }

        return new Backend(process, output, await address.Task);
    }

    /// <summary>Starts it with what it can't start with; how it ended, and what it said.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> IsRefusedAsync(params string[] options)
    {
        using var process = Process.Start(With(options))!;
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync())
                .WaitAsync(EndsWithin);
            await process.WaitForExitAsync();
            return (process.ExitCode, said[0], said[1]);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>
    /// A port that nothing else takes by chance (the option knows no zero for any): below those that systems give out, and each one once.
    /// </summary>
    public static string FreePort()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref _lastPort);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    /// <summary>How it is started with these options.</summary>
    public static ProcessStartInfo With(params string[] options) => new("dotnet", [typeof(FunctionsHost).Assembly.Location, .. options])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    public Person As(string user) => new(Http, user);

    /// <summary>SIGKILL: nothing of the process runs any more, not even a finally, and nothing below it either.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await NothingIsLeftAsync("SIGKILL");
    }

    /// <summary>SIGTERM: whoever stops it waits until it has ended by itself, and all below it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await NothingIsLeftAsync("SIGTERM");
        return _process.ExitCode;
    }

    /// <summary>Waits for the end of its output, too, which a child would hold open that outlives it.</summary>
    private async Task NothingIsLeftAsync(string signal)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(EndsWithin);
        }
        catch (TimeoutException timeout)
        {
            throw new XunitException(
                $"Expected the backend and its child to end within {EndsWithin.TotalSeconds} s of {signal}. "
                    + $"One runs, and they have printed: {Output}",
                timeout);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
