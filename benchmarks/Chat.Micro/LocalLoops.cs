using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Core.Serialization;
using Azure.Messaging.ServiceBus;
using BenchmarkDotNet.Attributes;
using Chat.Load;
using Chat.Local.TestApp;
using Chat.Services;
using Chat.Services.Cosmos;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Micro;

/// <summary>
/// What the local Azure does for the app, in memory. Where a client takes part, its work and allocations are counted too.
/// </summary>
public class LocalLoops
{
    private const int GroupSize = 100;
    private const string Queue = "deliveries";
    private static readonly byte[] Body = new byte[1000];
    private static readonly object[] Arguments = [new[] { new Event("message.created", 42, new string('x', 300)) }];
    private static readonly Uri Address = new("api/idle", UriKind.Relative);

    private AppHost _host = null!;
    private Func<Task<string>> _invoke = null!;
    private ServiceBusSender _sender = null!;
    private ServiceBusReceiver _receiver = null!;
    private EndpointConversation _conversation = null!;
    private EventHub _hub = null!;
    private Device[] _devices = [];
    private long _sent;

    // The toolchain that runs in process doesn't wait for a task.
    [GlobalSetup]
    public void Prepare() => PrepareAsync().GetAwaiter().GetResult();

    private async Task PrepareAsync()
    {
        _host = await AppHost.StartAsync(typeof(Idle), app => app.Services
            .AddServerlessHub<EventHub>(
                hub => hub.WithOptions(options => options.UseJsonObjectSerializer(new JsonObjectSerializer(JsonSerializerOptions.Web))))
            .AddSingleton<EventHub>());
        var client = new HttpClient { BaseAddress = _host.Host.Address };
        _invoke = () => client.GetStringAsync(Address);
        var bus = _host.Azure.ServiceBus.Connect();
        (_sender, _receiver) = (bus.CreateSender(Queue), bus.CreateReceiver(Queue));
        await _host.Azure.Cosmos.UpsertDocumentAsync("chat", "conversations", "c", Encoding.UTF8.GetBytes(ChatDocuments.Head("c", 0)));
        _conversation = new EndpointConversation(new HttpMessageInvoker(_host.Azure.Cosmos.CreateHandler()), "c", 0);
        _hub = _host.Host.Services.GetRequiredService<EventHub>();
        _devices = await Task.WhenAll(Enumerable.Range(0, GroupSize).Select(n =>
            _hub.ConnectAsync(Name(n))));
        while (_host.Azure.SignalR.Read().Sum(hub => hub.Connections.Count) < GroupSize)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        await Task.WhenAll(
            Enumerable.Range(0, GroupSize).Select(n => _hub.UserGroups.AddToGroupAsync(Name(n), "group", TimeSpan.FromHours(1))));
    }

    [GlobalCleanup]
    public void End() => EndAsync().GetAwaiter().GetResult();

    private async Task EndAsync()
    {
        await Task.WhenAll(_devices.Select(device => device.DisposeAsync().AsTask()));
        await _host.DisposeAsync();
    }

    [Benchmark(Description = "invoke an HTTP function, with its client")]
    public Task<string> InvokeAFunction() => _invoke();

    [Benchmark(Description = "queue: send, receive, complete 1 KB")]
    public async Task SendAndReceive()
    {
        await _sender.SendMessageAsync(new ServiceBusMessage(Body) { MessageId = (++_sent).ToString(CultureInfo.InvariantCulture) });
        await _receiver.CompleteMessageAsync(await _receiver.ReceiveMessageAsync());
    }

    [Benchmark(Description = "Cosmos endpoint: point read")]
    public Task PointRead() => _conversation.ReadAsync();

    [Benchmark(Description = "Cosmos endpoint: batch of head and entry")]
    public Task Batch() => _conversation.CommitAsync();

    [Benchmark(Description = "SignalR: to a group of 100 devices, delivered, with them")]
    public async Task SendToAGroup()
    {
        var arrivals = Array.ConvertAll(_devices, device => device.ReceivesAsync("message.created"));
        await _hub.Clients.Group("group").SendCoreAsync("events", Arguments);
        await Task.WhenAll(arrivals);
    }

    private static string Name(int n) => string.Create(CultureInfo.InvariantCulture, $"member-{n}");

    private sealed record Event(string Type, long Seq, string Data);

    private sealed class EventHub(IServiceProvider services) : ServerlessHub(services)
    {
        public new IHubClients Clients => base.Clients;

        public new UserGroupManager UserGroups => base.UserGroups;

        public async Task<Device> ConnectAsync(string user)
        {
            using var answer = JsonDocument.Parse(await NegotiateAsync(new NegotiationOptions { UserId = user }));
            return await Device.ConnectAsync(
                answer.RootElement.GetProperty("url").GetString()!,
                answer.RootElement.GetProperty("accessToken").GetString()!);
        }
    }
}
