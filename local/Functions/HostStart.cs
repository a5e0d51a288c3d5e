using System.Reflection;
using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Http;
using Chat.Local.Inspector;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>From the command line to a host: the local Azure first, then the app's builder, then, once the app has said all, the host.</summary>
internal sealed class HostStart
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(30);
    private const string SignalR = Microsoft.Azure.Functions.Worker.SignalRService.ServerlessHub.DefaultConnectionStringName;
    private readonly HostHook? _hook = HostHook.Current;
    private readonly CommandLine _options;
    private readonly LocalAzure _azure;

    /// <exception cref="HostRefusedException">The arguments make no sense.</exception>
    /// <exception cref="Store.LocalStoreException">The data directory is in use or can't be used.</exception>
    public HostStart(string[] args)
    {
        _options = CommandLine.Parse(args);
        // The app's builder is synchronous, and needs the addresses of the services.
        _azure = _hook?.Azure ?? StartAzureAsync().GetAwaiter().GetResult();
    }

    public WebApplicationBuilder CreateBuilder()
    {
        var app = AppAssembly();
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = app.GetName().Name,
            EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT")
                ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                ?? Environments.Development,
        });
        AppSettings.Add(web.Configuration, _azure, _options, _hook);
        web.Host.UseDefaultServiceProvider((context, options) => options.ValidateScopes = options.ValidateOnBuild = context.HostingEnvironment.IsDevelopment());
        web.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(_options.Url);
        web.Logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .SetMinimumLevel(_hook is null ? LogLevel.Information : LogLevel.Warning)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning)
            // A failed start is told once, as an exception or as a sentence.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddConfiguration(web.Configuration.GetSection("Logging"));
        if (_hook?.Log is { } log)
        {
            web.Logging.AddProvider(log);
        }

        web.Services.AddSingleton(_azure.Time);
        web.Services.AddHttpContextAccessor();
        web.Services.AddRouting();
        web.Services.AddCors();
        web.Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FunctionPolicy>());
        web.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        return web;
    }

    /// <exception cref="HostRefusedException">A function isn't right.</exception>
    public FunctionsHost Build(WebApplicationBuilder web, FunctionExecutionDelegate pipeline, bool takesHttp)
    {
        var hostJson = HostJson.Read(AppContext.BaseDirectory, web.Configuration);
        var functions = FunctionCatalog.Find(_hook?.Classes ?? AppAssembly().GetTypes(), hostJson.RoutePrefix, web.Configuration);
        if (!takesHttp && functions.FirstOrDefault(function => function.Route is not null) is { } http)
        {
            throw HostRefusedException.Function(http.Name, "has an HTTP trigger, but the app doesn't call ConfigureFunctionsWebApplication().");
        }

        if (functions.Any(function => RefersToMvc(function.Method.Module.Assembly)))
        {
            AddMvc(web.Services);
        }

        // Last, so that it wins over what the app said about these clients.
        web.Services.Replace(ServiceDescriptor.Singleton(services => _azure.ServiceBus.Connect(services.GetService<ServiceBusClientOptions>())));
        web.Services.AddHttpClient("Cosmos")
            .ConfigurePrimaryHttpMessageHandler(_azure.Cosmos.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        web.Services.AddKeyedSingleton(SignalR, (_, _) => _azure.SignalR.CreateHandler());
        web.Services.AddHttpClient(SignalR)
            .ConfigurePrimaryHttpMessageHandler(_azure.SignalR.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        web.Services.AddSingleton<HostStop>();
        web.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<FunctionRunner>(services, pipeline, _azure.Meter));
        web.Services.AddSingleton<HttpFunctions>();
        web.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<TriggerFactory>(services, _azure, hostJson, web.Configuration));
        web.Services.AddSingleton(services =>
        {
            var factory = services.GetRequiredService<TriggerFactory>();
            IReadOnlyList<ITrigger> triggers = [.. functions.Select(factory.Create).OfType<ITrigger>()];
            return ActivatorUtilities.CreateInstance<Triggers>(services, triggers);
        });
        web.Services.AddHostedService(services => services.GetRequiredService<Triggers>());
        var app = web.Build();
        CrossOrigin.Use(app, _azure.SignalR, web.Configuration);
        app.Services.GetRequiredService<HttpFunctions>().Map(app, functions);
        new LocalPages(_azure.Time, web.Configuration).Map(app);
        // Now, because what is wrong with a trigger is a reason not to start.
        InspectorRoutes.Map(app, _azure, functions, app.Services.GetRequiredService<Triggers>());
        var host = new FunctionsHost(app, _azure, _options, owned: _hook?.Azure is null);
        if (_hook is null)
        {
            app.Lifetime.ApplicationStarted.Register(() =>
            {
                Banner.Write(Console.Out, host.Address, _options, hostJson, functions);
                app.Lifetime.ApplicationStopped.Register(() => Banner.WriteBill(Console.Out, _azure.Meter));
            });
        }

        _hook?.Built.TrySetResult(host);
        return host;
    }

    /// <summary>With SignalR Service on its port, whose address the app's clients are told.</summary>
    private async Task<LocalAzure> StartAzureAsync()
    {
        var azure = await LocalAzure.StartAsync(_options.InMemory ? null : _options.DataDirectory, _options.Reset);
        if (_options.SignalRPort > 0)
        {
            await azure.SignalR.ListenAsync(_options.SignalRPort, CancellationToken.None);
        }

        return azure;
    }

    /// <summary>Results of MVC find their executors here. It is apart, so that an app without such results doesn't load MVC.</summary>
    private static void AddMvc(IServiceCollection services) => services.AddMvcCore();

    private static bool RefersToMvc(Assembly app) =>
        app.GetReferencedAssemblies().Any(reference => reference.Name!.StartsWith("Microsoft.AspNetCore.Mvc", StringComparison.Ordinal));

    private Assembly AppAssembly() => _hook?.App ?? Assembly.GetEntryAssembly()!;
}
