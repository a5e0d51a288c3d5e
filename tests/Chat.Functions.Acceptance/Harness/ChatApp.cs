using System.Diagnostics;
using System.Reflection;
using System.Text;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;
using Chat.Functions.Messages;
using Chat.Local;
using Chat.Local.Functions;
using Chat.Local.Functions.Protocol;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// The app as a process runs it, from its own entry point, on a local Azure; several can share one, as instances of an app do.
/// </summary>
internal sealed class ChatApp : IAsyncDisposable
{
    /// <summary>Off unless a story is about them: others do in a second what people do in a day.</summary>
    public static readonly IReadOnlyList<string> RateLimits =
    [
        "SendsPerMinute", "ReactionsPerMinute", "PresencePerMinute", "ReportsPerMinute", "GroupsPerDay", "AddsPerDay", "JoinsPerDay",
        "ChannelPostsPerDay", "ChannelsPerUser", "FirstContactsPerDay", "OpenContacts", "ReportsPerDay", "UploadsPerDay",
        "UploadBytesPerDay", "GifSearchesPerMinute", "LookupsPerMinute",
    ];

    /// <summary>First contact depends on age, follows and settings; without, everybody may write to everybody.</summary>
    public static readonly IReadOnlyDictionary<string, string?> Strict =
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["Trust:Mode"] = "strict" };

    private static readonly Assembly App = typeof(SendMessage).Assembly;

    private readonly FunctionsHost _host;
    private readonly LocalAzure? _owned;
    private readonly Lazy<Task<ChatApp>> _strict;
    private bool _killed;

    private ChatApp(FunctionsHost host, LocalAzure azure, bool owned)
    {
        _host = host;
        _owned = owned ? azure : null;
        Azure = azure;
        _strict = new(() => StartAsync(azure, owned: false, Strict, new InstanceOptions { App = App }));

        // Sends headers that aren't ASCII, too.
        Http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 })
        {
            BaseAddress = host.Address,
        };
    }

    public LocalAzure Azure { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the app in a process of its own, which has genuine clients and can be killed while the services live.</summary>
    public static async Task<ChatApp> StartChildAsync(IReadOnlyDictionary<string, string?>? settings = null)
    {
        var azure = await LocalAzure.StartAsync(directory: null);
        azure.ServiceBus.Listen(0);
        await azure.Cosmos.ListenAsync(0, CancellationToken.None);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        return await StartAsync(azure, owned: true, settings, new InstanceOptions { App = App, AsChild = true });
    }

    /// <summary>Starts the app; on a local Azure of its own, in memory, when none is given.</summary>
    public static async Task<ChatApp> StartAsync(
        LocalAzure? azure = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        TimeProvider? time = null,
        ILoggerProvider? log = null,
        Action<StreamingMessage>? heard = null,
        Action<IServiceCollection>? change = null)
    {
        var owned = azure is null;
        var options = new InstanceOptions { App = App, Log = log, Heard = heard ?? (_ => { }), Services = change ?? (_ => { }) };
        return await StartAsync(azure ?? await LocalAzure.StartAsync(directory: null, time: time), owned, settings, options);
    }

    private static async Task<ChatApp> StartAsync(
        LocalAzure azure,
        bool owned,
        IReadOnlyDictionary<string, string?>? settings,
        InstanceOptions options)
    {
        if (azure.SignalR.Address is null)
        {
            await azure.SignalR.ListenAsync(0, CancellationToken.None);
        }

        var all = new Dictionary<string, string?>(
            settings ?? new Dictionary<string, string?>(StringComparer.Ordinal), StringComparer.Ordinal);
        all.TryAdd("Auth:SigningKey", Tokens.SigningKey);
        all.TryAdd("Delivery:InboxWindow", "00:00:00.2");
        foreach (var limit in RateLimits)
        {
            all.TryAdd($"Limits:{limit}", "0");
        }

        var app = new ChatApp(
            await FunctionsHost.StartAsync(azure, options with { Settings = all }).WaitAsync(TimeSpan.FromMinutes(5)), azure, owned);

        // What it does to warm up is behind it then: no fault of a story strikes that.
        (await app.Http.GetAsync(new Uri("api/health", UriKind.Relative))).Dispose();
        return app;
    }

    /// <summary>Another instance of the app, in which first contact depends on age, follows and settings.</summary>
    public Task<ChatApp> StrictAsync() => _strict.Value;

    /// <summary>Someone who uses the app.</summary>
    public Person As(string user) => new(Http, user);

    /// <summary>The host app, by a token of its own.</summary>
    public HostApp AsHost() => new(new Person(Http, "app", "chat.host"));

    /// <summary>Someone who may create channels.</summary>
    public Person AsPublisher(string user) => new(Http, user, "chat.publisher");

    /// <summary>Someone who moderates, too.</summary>
    public Person AsModerator(string user) => new(Http, user, "chat.moderator");

    /// <summary>The id of the process that the app runs in.</summary>
    public Task<int> GetProcessIdAsync() => _host.GetProcessIdAsync();

    /// <summary>SIGKILL for the process that the app runs in; the host and the services live, and start it again.</summary>
    /// <returns>Its id.</returns>
    public async Task<int> KillWorkerAsync()
    {
        using var process = Process.GetProcessById(await _host.GetProcessIdAsync());
        process.Kill();
        await process.WaitForExitAsync();
        return process.Id;
    }

    /// <summary>Waits until the app runs in another process than that: what is asked from now on isn't lost with it.</summary>
    public Task HasReplacedAsync(int process) =>
        Eventually.SeesAsync(_host.GetProcessIdAsync, seen => seen != process, $"another process than {process}");

    /// <summary>
    /// Ends the app as a killed process ends: nothing is finished, settled or released, and no call of it gets anywhere any more.
    /// </summary>
    public async Task KillAsync()
    {
        _killed = true;
        await _host.AbortAsync();
        try
        {
            await _host.Services.GetRequiredService<ServiceBusClient>().DisposeAsync();
            _host.Services.GetRequiredService<CosmosClient>().Dispose();
            (_host.Services.GetRequiredService<BlobClientOptions>().Transport as IDisposable)?.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // The app ended by itself, and its services with it: its stream was cut.
        }

        await _host.DisposeAsync();
    }

    /// <summary>Waits until all that was committed is pushed, and every list follows.</summary>
    public Task HasDeliveredAsync(JumpingClock? clock = null) => Settled.IsAsync(Azure, clock);

    /// <summary>Waits until all that was committed is pushed; lists may still be behind.</summary>
    public Task HasPushedAsync() => Settled.IsPushedAsync(Azure);

    /// <summary>Stops the app as an orderly shutdown does.</summary>
    public Task StopAsync() => _host.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_strict.IsValueCreated)
        {
            await (await _strict.Value).DisposeAsync();
        }

        if (!_killed)
        {
            await StopAsync();
            await _host.DisposeAsync();
        }

        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }
}
