using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Functions.Workers;

/// <summary>
/// The app as a worker in this process, from its own entry point, with some of its services replaced. Only one app can start at a time.
/// </summary>
internal sealed class InProcessWorker : IRunningWorker
{
    private const string Stage = "AZURE_FUNCTIONS_ENVIRONMENT";
    private readonly Action<IServiceCollection> _replace;
    private readonly TaskCompletionSource<IHost> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _socket = WorkerSocket.NewPath();
    private IHost? _host;
    private volatile bool _stopping;

    private InProcessWorker(
        Assembly app,
        WorkerChannel channel,
        Uri endpoint,
        IReadOnlyDictionary<string, string?> settings,
        Action<IServiceCollection> replace)
    {
        Channel = channel;
        _replace = replace;
        string[] args =
        [
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
            $"--Functions:Worker:HostEndpoint={endpoint}",
            $"--Functions:Worker:WorkerId={channel.Id}",
            $"--Functions:Worker:RequestId={channel.Id}",
            $"--Functions:Worker:GrpcMaxMessageLength={int.MaxValue}",
            $"--Kestrel:Endpoints:Worker:Url={HttpForward.Url(_socket)}",
        ];
        Main = Task.Factory.StartNew(() => Run(app, args), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Requests = new HttpForward(_socket);
    }

    public WorkerChannel Channel { get; }

    public HttpForward Requests { get; }

    public int ProcessId => Environment.ProcessId;

    /// <summary>The entry point, which returns when the worker has ended.</summary>
    public Task Main { get; }

    public IServiceProvider Services => _host!.Services;

    /// <summary>Starts the app, which can't be interrupted. The worker has connected then, and takes requests.</summary>
    /// <exception cref="Exception">What the app's entry point threw before that.</exception>
    public static async Task<InProcessWorker> StartAsync(
        Assembly app,
        WorkerEndpoint endpoint,
        Action<Protocol.StreamingMessage> heard,
        IReadOnlyDictionary<string, string?> settings,
        Action<IServiceCollection> replace)
    {
        Become(app);
        var worker = new InProcessWorker(app, endpoint.Expect(heard), endpoint.Address, settings, replace);
        try
        {
            if (await Task.WhenAny(Task.WhenAll(worker._started.Task, worker.Channel.Connected), worker.Main) == worker.Main)
            {
                await worker.Main;
                throw new InvalidOperationException("The app ended before it started.");
            }
        }
        catch (Exception)
        {
            await worker.CutOffAsync();
            throw;
        }

        _ = worker.EndWithStreamAsync();
        return worker;
    }

    public async Task StopAsync(CancellationToken deadline)
    {
        _stopping = true;
        Channel.Terminate();
        await Main.WaitAsync(deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Channel.Cut();
        Clean();
    }

    /// <inheritdoc/>
    /// <remarks>It loses everything that the host gives it. Its code runs on for a moment.</remarks>
    public async Task CutOffAsync()
    {
        _stopping = true;
        Channel.Cut();
        Requests.Dispose();
        if (!Main.IsCompleted)
        {
            try
            {
                await Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true));
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }

        Clean();
    }

    /// <summary>Ends what is left of a worker that was cut off.</summary>
    public Task EndAsync() => Main.IsCompleted ? Task.CompletedTask : _host!.StopAsync(new CancellationToken(canceled: true));

    public void Configure(IHostBuilder builder) => builder.ConfigureServices(services =>
    {
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        _replace(services);
    });

    public void Take(IHost host)
    {
        _host = host;
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => _started.TrySetResult(host));
    }

    /// <summary>
    /// The worker looks for its functions in the process's entry assembly, and for its files and its stage where variables say.
    /// </summary>
    private static void Become(Assembly app)
    {
        Assembly.SetEntryAssembly(app);
        Environment.SetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY", AppContext.BaseDirectory);

        // The worker's builder makes its first configuration without arguments. It would watch every folder below the current one for
        // changes.
        Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");
        if (Environment.GetEnvironmentVariable(Stage) is null)
        {
            Environment.SetEnvironmentVariable(Stage, Environments.Development);
        }
    }

    private void Run(Assembly app, string[] args)
    {
        HostingEvents.StartOf(this);
        try
        {
            app.EntryPoint!.Invoke(null, [args]);
        }
        catch (TargetInvocationException thrown) when (thrown.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
        }
    }

    /// <summary>
    /// Nothing reaches a worker without its stream, so that the real host kills its process. A process that ends takes its stream along;
    /// here it would stay open.
    /// </summary>
    private async Task EndWithStreamAsync()
    {
        await Task.WhenAny(Channel.Ended, Main);
        Channel.Cut();
        if (!_stopping)
        {
            await CutOffAsync();
            await EndAsync();
        }
    }

    private void Clean()
    {
        Requests.Dispose();
        File.Delete(_socket);
    }

    /// <summary>Signals are the host's: a worker's own lifetime would end it alone.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
