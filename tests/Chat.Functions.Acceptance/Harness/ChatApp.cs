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
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>The app as a process runs it, from its own entry point, on a local Azure; several can share one, as instances of an app do.</summary>
internal sealed class ChatApp : IAsyncDisposable
{
    private readonly FunctionsHost _host;
    private readonly LocalAzure? _owned;
    private bool _killed;

    private ChatApp(FunctionsHost host, LocalAzure azure, bool owned)
    {
        _host = host;
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
        var options = new InstanceOptions { App = typeof(SendMessage).Assembly, Settings = all, Log = log };
        return new ChatApp(await FunctionsHost.StartAsync(azure, options).WaitAsync(Eventually.Timeout), azure, owned);
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
        await _host.DisposeAsync();
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
    public Task StopAsync() => _host.StopAsync().WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
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
