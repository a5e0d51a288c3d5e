using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// The app as a process of its own, started as the real host starts it: settings come by the environment, and services are reached by the
/// network.
/// </summary>
/// <remarks>
/// It never outlives this process: <see cref="StartupHook"/> ends it when its standard input ends, whose other end is held here alone. What
/// it prints goes where this process prints.
/// </remarks>
internal sealed class ChildWorker : IRunningWorker
{
    private const string Stage = "AZURE_FUNCTIONS_ENVIRONMENT";
    private const string Hooks = "DOTNET_STARTUP_HOOKS";
    private readonly string _socket = WorkerSocket.NewPath();
    private readonly Process _process;
    private readonly Task _exited;
    private readonly Lazy<Task> _cutOff;
    private volatile bool _stopping;

    private ChildWorker(Assembly app, WorkerChannel channel, Uri endpoint, IReadOnlyDictionary<string, string?> settings)
    {
        Channel = channel;
        Requests = new HttpForward(_socket);
        var start = new ProcessStartInfo(
            DotNet,
            [
                app.Location,
                "--functions-uri", endpoint.ToString(),
                "--functions-worker-id", channel.Id,
                "--functions-request-id", channel.Id,
                "--functions-grpc-max-message-length", int.MaxValue.ToString(CultureInfo.InvariantCulture),
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(app.Location)!,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = start.WorkingDirectory;
        start.Environment["Kestrel__Endpoints__Worker__Url"] = HttpForward.Url(_socket);
        start.Environment.TryAdd(Stage, Environments.Development);
        start.Environment[Hooks] = string.Join(
            Path.PathSeparator,
            new[] { typeof(StartupHook).Assembly.Location, Environment.GetEnvironmentVariable(Hooks) }.Where(
                hook => !string.IsNullOrEmpty(hook)));
        _process = Process.Start(start)!;
        ProcessId = _process.Id;
        _exited = _process.WaitForExitAsync();
        _cutOff = new Lazy<Task>(EndAsync);
    }

    public WorkerChannel Channel { get; }

    public HttpForward Requests { get; }

    public int ProcessId { get; }

    /// <summary>The program that runs this process.</summary>
    private static string DotNet { get; } =
        Path.GetFullPath(
            Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>Starts the app. The worker has connected then.</summary>
    /// <exception cref="HostRefusedException">It ended before that.</exception>
    public static async Task<ChildWorker> StartAsync(
        Assembly app,
        WorkerEndpoint endpoint,
        Action<Protocol.StreamingMessage> heard,
        IReadOnlyDictionary<string, string?> settings,
        CancellationToken unwanted)
    {
        var channel = endpoint.Expect(heard);
        ChildWorker? worker = null;
        try
        {
            worker = new ChildWorker(app, channel, endpoint.Address, settings);
            await Task.WhenAny(channel.Connected, worker._exited).WaitAsync(unwanted);
            if (!channel.Connected.IsCompleted)
            {
                throw new HostRefusedException(
                    $"The worker's process ended with exit code {worker._process.ExitCode} before it connected. What it printed says why.");
            }
        }
        catch (Exception)
        {
            channel.Cut();
            await (worker?.CutOffAsync() ?? Task.CompletedTask);
            throw;
        }

        _ = worker.EndWithStreamAsync();
        return worker;
    }

    public async Task StopAsync(CancellationToken deadline)
    {
        _stopping = true;
        Channel.Terminate();
        await _exited.WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CutOffAsync();
    }

    public Task CutOffAsync() => _cutOff.Value;

    private async Task EndAsync()
    {
        Channel.Cut();
        Requests.Dispose();
        _process.Kill();
        await _exited;
        _process.StandardInput.Close();
        _process.Dispose();
        File.Delete(_socket);
    }

    /// <summary>Nothing reaches a worker without its stream.</summary>
    private async Task EndWithStreamAsync()
    {
        await Channel.Ended;
        if (!_stopping)
        {
            await CutOffAsync();
        }
    }
}
