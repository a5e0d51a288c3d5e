using System.Reflection;
using System.Text;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Local;
using Chat.Local.Functions;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>The app as a process runs it, from its own entry point, on a local Azure; several can share one, as instances of an app do.</summary>
internal sealed class ChatApp : IAsyncDisposable
{
    private readonly FunctionsHost _host;
    private readonly Task _main;
    private readonly LocalAzure? _owned;
    private bool _killed;

    private ChatApp(FunctionsHost host, Task main, LocalAzure azure, bool owned)
    {
        _host = host;
        _main = main;
        _owned = owned ? azure : null;
        Azure = azure;

        // Sends headers that aren't ASCII, too.
        Http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = host.Address };
    }

    public LocalAzure Azure { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the app; on a local Azure of its own, in memory, when none is given.</summary>
    public static async Task<ChatApp> StartAsync(LocalAzure? azure = null, IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? time = null, ILoggerProvider? log = null)
    {
        var owned = azure is null;
        azure ??= await LocalAzure.StartAsync(directory: null, time: time);
        if (azure.SignalR.Address is null)
        {
            await azure.SignalR.ListenAsync(0, CancellationToken.None);
        }

        var all = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal), StringComparer.Ordinal);
        all.TryAdd("Auth:SigningKey", Tokens.SigningKey);
        all.TryAdd("Delivery:SweepGrace", "00:00:01");
        all.TryAdd("Delivery:InboxWindow", "00:00:00.2");
        var app = typeof(SendMessage).Assembly;
        var hook = new HostHook { Azure = azure, App = app, Settings = all, Log = log };
        HostHook.Current = hook;
        var main = Task.Factory.StartNew(() => RunMain(app), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        HostHook.Current = null;
        if (await Task.WhenAny(hook.Built.Task, main) == main)
        {
            await main;
            throw new InvalidOperationException("The app ended before it started.");
        }

        var host = (FunctionsHost)await hook.Built.Task;
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await (await Task.WhenAny(started.Task, main)).WaitAsync(Eventually.Timeout);
        return new ChatApp(host, main, azure, owned);
    }

    /// <summary>Someone who uses the app.</summary>
    public Person As(string user) => new(Http, user);

    /// <summary>Ends the app as a killed process ends: nothing is finished, settled or released, and no call of it gets anywhere any more.</summary>
    public async Task KillAsync()
    {
        _killed = true;
        await _host.AbortAsync();
        await _host.Services.GetRequiredService<ServiceBusClient>().DisposeAsync();
        _host.Services.GetRequiredService<CosmosClient>().Dispose();
    }

    /// <summary>Waits until everything that is in a conversation's log is delivered, lists and all.</summary>
    public Task HasDeliveredAsync(string conversation, JumpingClock? clock = null)
    {
        var (reader, marks, id) = (Services.GetRequiredService<ConversationReader>(), Services.GetRequiredService<DeliveredMarks>(), new ConversationId(conversation));
        return clock is null ? Eventually.SeesAsync(LookAsync, IsDone, "all to be delivered") : Eventually.SeesAsync(clock, LookAsync, IsDone, "all to be delivered");

        async Task<(Head? Head, DeliveredMark Mark)> LookAsync() => (await reader.ReadHeadAsync(id, null, default), await marks.ReadAsync(id, default));

        static bool IsDone((Head? Head, DeliveredMark Mark) seen) => seen.Mark.DeliveredSeq >= seen.Head!.LastSeq && !seen.Mark.InboxesAreBehind;
    }

    /// <summary>Waits until all of a conversation is noted as pushed; lists may still be behind.</summary>
    public Task HasPushedAsync(string conversation)
    {
        var (reader, marks, id) = (Services.GetRequiredService<ConversationReader>(), Services.GetRequiredService<DeliveredMarks>(), new ConversationId(conversation));
        return Eventually.SeesAsync(
            async () => (Head: await reader.ReadHeadAsync(id, null, default), Mark: await marks.ReadAsync(id, default)),
            seen => seen.Mark.DeliveredSeq >= seen.Head!.LastSeq,
            "all to be pushed");
    }

    /// <summary>Stops the app as an orderly shutdown does.</summary>
    public async Task StopAsync()
    {
        await _host.StopAsync();
        await _main.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_killed && !_main.IsCompleted)
        {
            await StopAsync();
        }

        if (_owned is not null)
        {
            await _owned.DisposeAsync();
        }
    }

    private static void RunMain(Assembly app)
    {
        try
        {
            app.EntryPoint!.Invoke(null, [new[] { "--urls", "http://127.0.0.1:0", "--cosmos-port", "0", "--signalr-port", "0" }]);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(inner);
        }
    }
}
