using System.Globalization;
using System.Text.Json;
using Azure.Core.Serialization;
using Chat.Load;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Services;

/// <summary>An event of 400 bytes from the hub to sockets over loopback, each send waiting until all of them have it.</summary>
internal static class SignalRBenchmark
{
    private const int Users = 16;
    private const int GroupSize = 100;
    private static readonly object[] Arguments =
    [
        new[] { new Event("message.created", "bvLofqESgYZ26Z5PKd1Hgw", 42, new string('x', 300)) },
    ];

    public static async Task RunAsync(Table table)
    {
        await using var host = await AppHost.StartAsync(null, app => app.Services
            .AddServerlessHub<EventHub>(
                hub => hub.WithOptions(options => options.UseJsonObjectSerializer(new JsonObjectSerializer(JsonSerializerOptions.Web))))
            .AddSingleton<EventHub>());
        var hub = host.Host.Services.GetRequiredService<EventHub>();

        var users = await ConnectAsync(host, hub, Users, "user");
        var toUsers = await Measurement.TakeAsync(Users, caller => ArriveAsync([users[caller]], hub.Clients.User(Name("user", caller))));
        table.Add("SignalR", "to a user with one socket, delivered", toUsers, "with its client");

        var toNobody = await Measurement.TakeAsync(1, _ => hub.Clients.User("nobody").SendCoreAsync("events", Arguments));
        table.Add("SignalR", "to a user without a socket", toNobody, "the app's side and the service's");

        var members = await ConnectAsync(host, hub, GroupSize, "member");
        await Task.WhenAll(
            Enumerable.Range(0, GroupSize).Select(n => hub.UserGroups.AddToGroupAsync(Name("member", n), "group", TimeSpan.FromHours(1))));
        var toGroup = await Measurement.TakeAsync(1, _ => ArriveAsync(members, hub.Clients.Group("group")));
        table.Add("SignalR", "to a group with 100 sockets, delivered", toGroup.Of(GroupSize), "with the clients; of each delivery");
        await Task.WhenAll(users.Concat(members).Select(device => device.DisposeAsync().AsTask()));
    }

    private static string Name(string kind, int n) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{n}");

    private static async Task<Device[]> ConnectAsync(AppHost host, EventHub hub, int count, string kind)
    {
        var before = Connected(host);
        var devices = await Task.WhenAll(Enumerable.Range(0, count).Select(n =>
            hub.ConnectAsync(Name(kind, n))));
        while (Connected(host) < before + count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        return devices;
    }

    private static int Connected(AppHost host) => host.Azure.SignalR.Read().Sum(hub => hub.Connections.Count);

    private static async Task ArriveAsync(Device[] devices, IClientProxy proxy)
    {
        var arrivals = Array.ConvertAll(devices, device => device.ReceivesAsync("message.created"));
        await proxy.SendCoreAsync("events", Arguments);
        await Task.WhenAll(arrivals);
    }

    private sealed record Event(string Type, string ConversationId, long Seq, string Data);

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
