using Azure.Core.Serialization;
using Chat.Local.SignalR;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.Tests.SignalR;

public sealed record Happening(string Type, int Seq);

/// <summary>Opens what an app's hub keeps to itself.</summary>
public sealed class TestHub(IServiceProvider services) : ServerlessHub(services)
{
    public new IHubClients Clients => base.Clients;

    public new UserGroupManager UserGroups => base.UserGroups;

    public new ClientManager ClientManager => base.ClientManager;

    public new Task<BinaryData> NegotiateAsync(NegotiationOptions? options = null) => base.NegotiateAsync(options);
}

/// <summary>A second hub.</summary>
[SignalRConnection("AzureSignalRConnectionString")]
public sealed class PlainHub(IServiceProvider services) : ServerlessHub(services)
{
    public new IHubClients Clients => base.Clients;

    public new Task<BinaryData> NegotiateAsync(NegotiationOptions? options = null) => base.NegotiateAsync(options);
}

internal static class TestHubs
{
    /// <summary>A hub of an app that has nothing else, whose requests take the in-process way.</summary>
    public static async Task<TestHub> OpenHubAsync(
        this SignalRService service,
        TimeProvider clock,
        string? connectionString = null,
        HttpMessageHandler? transport = null)
    {
        var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder()
                .AddInMemoryCollection(
                    [KeyValuePair.Create(TestHub.DefaultConnectionStringName, (string?)(connectionString ?? service.ConnectionString))])
                .Build())
            .AddSingleton(clock)
            .AddKeyedSingleton(TestHub.DefaultConnectionStringName, transport ?? service.CreateHandler())
            .AddServerlessHub<TestHub>(hub => hub.WithOptions(options => options.UseJsonObjectSerializer(new JsonObjectSerializer())))
            .BuildServiceProvider();
        foreach (var start in services.GetServices<IHostedService>())
        {
            await start.StartAsync(CancellationToken.None);
        }

        return new TestHub(services);
    }

    public static Task Said(this IClientProxy clients, string what) => clients.SendCoreAsync("Said", [what]);

    public static Task Happened(this IClientProxy clients, Happening[] events, CancellationToken cancellationToken) =>
        clients.SendCoreAsync("events", [events], cancellationToken);
}
