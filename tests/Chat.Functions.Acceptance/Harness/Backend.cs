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
    // The drain's 30 s, and what a busy machine takes for the rest.
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(45);

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
    /// <param name="sweepGrace">How long the sweep leaves a delivery to the queue.</param>
    public static async Task<Backend> StartAsync(string directory, string sweepGrace = "00:00:01")
    {
        var start = With("--urls", "http://127.0.0.1:0", "--cosmos-port", "0", "--servicebus-port", "0", "--signalr-port", FreePort(), "--data", directory);
        start.Environment["Auth__SigningKey"] = Tokens.SigningKey;
        start.Environment["Delivery__SweepGrace"] = sweepGrace;
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
        if (await Task.WhenAny(address.Task, ended).WaitAsync(Eventually.Timeout) == ended)
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
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(EndsWithin);
            await process.WaitForExitAsync();
            return (process.ExitCode, said[0], said[1]);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>A port that was free a moment ago: the option knows no zero for any.</summary>
    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static ProcessStartInfo With(params string[] options) => new("dotnet", [typeof(FunctionsHost).Assembly.Location, .. options])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    public Person As(string user) => new(Http, user);

    /// <summary>SIGKILL: nothing of the process runs any more, not even a finally.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: whoever stops it waits until it has ended by itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(EndsWithin);
            return _process.ExitCode;
        }
        catch (TimeoutException timeout)
        {
            throw new XunitException($"Expected the backend to end within {EndsWithin.TotalSeconds} s of SIGTERM. It runs, and has printed: {Output}", timeout);
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
