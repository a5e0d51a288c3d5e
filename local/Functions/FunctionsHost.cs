using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using Chat.Local.Functions.Http;
using Chat.Local.Functions.Workers;
using Chat.Local.Inspector;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>One instance of the app: a worker, the triggers that run its functions, and the port for requests, which opens last.</summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private const string SignalR = ServerlessHub.DefaultConnectionStringName;
    private static readonly TimeSpan ChildStartsWithin = TimeSpan.FromSeconds(60);

    // All from when a stop begins.
    private static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan WorkerEndsWithin = TimeSpan.FromSeconds(29);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(30);
    private readonly WebApplication _front;
    private readonly Worker _worker;
    private bool _ended;

    private FunctionsHost(WebApplication front, Worker worker, IReadOnlyList<Function> functions, string routePrefix)
    {
        (_front, _worker) = (front, worker);
        (Functions, RoutePrefix) = (functions, routePrefix);
    }

    public IReadOnlyList<Function> Functions { get; }

    public string RoutePrefix { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_front.Urls.First());

    /// <summary>The app's own services.</summary>
    /// <exception cref="InvalidOperationException">It runs as a child.</exception>
    public IServiceProvider Services =>
        InProcess?.Services ?? throw new InvalidOperationException("The services of a child are in its own process.");

    private InProcessWorker? InProcess => _worker.Latest as InProcessWorker;

    /// <summary>The process in which the app runs now, or will in a moment.</summary>
    public async Task<int> GetProcessIdAsync() => (await _worker.GetAsync(CancellationToken.None)).ProcessId;

    /// <summary>Fires when somebody asks the process to end.</summary>
    public CancellationToken Stopping => _front.Lifetime.ApplicationStopping;

    /// <exception cref="HostRefusedException">A function isn't right, or the address can't be had.</exception>
    public static async Task<FunctionsHost> StartAsync(LocalAzure azure, InstanceOptions options)
    {
        if (options.AsChild && !azure.HasAllPorts)
        {
            throw new HostRefusedException(
                "A child reaches Cosmos DB, Service Bus and SignalR Service by their ports, and not all of them are open.");
        }

        var settings = AppSettings.Read(azure, options.SigningKey ?? SharedByHosts.Of(azure).SigningKey, options.Settings);
        var hostJson = HostJson.Read(AppContext.BaseDirectory, settings.All);
        var endpoint = await WorkerEndpoint.GetAsync();
        var builder = CreateBuilder(azure, options, settings, hostJson);
        builder.Services.AddSingleton(services =>
        {
            var log = new WorkerLog(services.GetRequiredService<ILoggerFactory>());
            var heard = options.Heard + log.Write;
            Func<CancellationToken, Task<IRunningWorker>> start = options.AsChild
                ? async unwanted => await ChildWorker.StartAsync(options.App, endpoint, heard, settings.Told, unwanted)
                : async _ =>
                    await InProcessWorker.StartAsync(
                        options.App,
                        endpoint,
                        heard,
                        settings.Told,
                        services => Replace(services, azure, options));

            // A debugger may hold this process in the middle of a start.
            return ActivatorUtilities.CreateInstance<Worker>(
                services,
                start,
                options.AsChild ? ChildStartsWithin : Timeout.InfiniteTimeSpan);
        });
        var front = builder.Build();
        var worker = front.Services.GetRequiredService<Worker>();
        try
        {
            var described = await worker.StartAsync();
            var functions = FunctionCatalog.Read(described.Where(options.Wants ?? (_ => true)), hostJson.RoutePrefix, settings.All);
            if (!worker.TakesHttp && functions.FirstOrDefault(function => function.Route is not null) is { } http)
            {
                throw HostRefusedException.Function(
                    http.Name,
                    "has an HTTP trigger, but the app doesn't call ConfigureFunctionsWebApplication().");
            }

            await worker.LoadAsync(functions);
            Map(front, azure, settings, functions);
            await front.StartAsync();
            return new FunctionsHost(front, worker, functions, hostJson.RoutePrefix);
        }
        catch (Exception failed)
        {
            // Why it doesn't start is told, whatever goes wrong then.
            await EndAsync(front, worker, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await front.DisposeAsync();
            if (failed is SocketException or IOException { InnerException: AddressInUseException })
            {
                throw new HostRefusedException(
                    $"{options.Url} can't be had: {failed.GetBaseException().Message}. Choose another with --urls URL.");
            }

            throw;
        }
    }

    /// <summary>Takes nothing new, finishes what runs, and ends the worker.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        await EndAsync(_front, _worker, cancellationToken);
    }

    /// <summary>Ends as a killed process would: nothing is answered, settled, saved or released.</summary>
    public async Task AbortAsync()
    {
        _ended = true;
        _front.Services.GetRequiredService<HostStop>().Abort();
        await _front.Services.GetRequiredService<IServer>().StopAsync(new CancellationToken(canceled: true));
        await _worker.CutOffAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await (InProcess?.EndAsync() ?? Task.CompletedTask);
        await _front.DisposeAsync();
    }

    /// <summary>Whatever takes too long or fails, the worker ends, and what it ran is given back.</summary>
    private static async Task EndAsync(WebApplication front, Worker worker, CancellationToken drain)
    {
        var stop = front.Services.GetRequiredService<HostStop>();
        using var workerEnds = new CancellationTokenSource(WorkerEndsWithin);
        using var ends = new CancellationTokenSource(EndsWithin);
        try
        {
            stop.TakeNoMore();
            await front.StopAsync(drain);
        }
        finally
        {
            stop.WaitNoLonger();
            await worker.StopAsync(workerEnds.Token);
            await front.Services.GetRequiredService<Triggers>().Ended.WaitAsync(ends.Token).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static WebApplicationBuilder CreateBuilder(LocalAzure azure, InstanceOptions options, AppSettings settings, HostJson hostJson)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        web.WebHost.UseKestrelCore()
            .UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true)
            .ConfigureKestrel(kestrel => kestrel.AddServerHeader = false)
            .UseUrls(options.Url);
        web.Logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(options.Console)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            // A worker's server says at each start that it listens where it is told.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            // A failed start is told once, as an exception or as a sentence.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddConfiguration(settings.All.GetSection("Logging"));
        web.Services.AddSingleton(azure.Time);
        web.Services.AddRouting();
        web.Services.AddCors();
        web.Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionPolicy>());
        web.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainsWithin);
        web.Services.AddSingleton<HostStop>();
        web.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<FunctionRunner>(services, azure.Meter));
        web.Services.AddSingleton(new InvocationFaults(azure.Faults, azure.Time));
        web.Services.AddSingleton<HttpFunctions>();
        web.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<TriggerFactory>(services, azure, hostJson, settings.All));
        web.Services.AddSingleton<Triggers>();
        web.Services.AddHostedService(services => services.GetRequiredService<Triggers>());
        return web;
    }

    private static void Map(WebApplication front, LocalAzure azure, AppSettings settings, IReadOnlyList<Function> functions)
    {
        // What is wrong with a trigger is a reason not to start.
        var triggers = front.Services.GetRequiredService<Triggers>();
        triggers.Add(functions.Select(front.Services.GetRequiredService<TriggerFactory>().Create).OfType<ITrigger>());
        CrossOrigin.Use(front, azure.SignalR, settings.All);
        front.Services.GetRequiredService<HttpFunctions>().Map(front, functions);
        new LocalPages(azure.Time, settings.All).Map(front);
        InspectorRoutes.Map(front, azure, functions, triggers);
    }

    /// <summary>The app's ways to the services, in place of those over the network.</summary>
    private static void Replace(IServiceCollection services, LocalAzure azure, InstanceOptions options)
    {
        services.Replace(ServiceDescriptor.Singleton(azure.Time));
        services.Replace(ServiceDescriptor.Singleton(services => azure.ServiceBus.Connect(services.GetService<ServiceBusClientOptions>())));
        services.Replace(ServiceDescriptor.Singleton(services => azure.Blobs.Connect(services.GetRequiredService<BlobClientOptions>())));
        services.AddHttpClient("Cosmos")
            .ConfigurePrimaryHttpMessageHandler(azure.Cosmos.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        services.AddKeyedSingleton(SignalR, (_, _) => azure.SignalR.CreateHandler());
        services.AddHttpClient(SignalR)
            .ConfigurePrimaryHttpMessageHandler(azure.SignalR.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        if (options.Log is { } log)
        {
            services.AddSingleton(log);
        }

        options.Services(services);
    }
}
