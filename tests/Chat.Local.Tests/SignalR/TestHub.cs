using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.Tests.SignalR;

public interface ITestClient
{
    Task Said(string what);

    [HubMethodName("events")]
    Task Happened(Happening[] events, CancellationToken cancellationToken);
}

public sealed record Happening(string Type, int Seq);

/// <summary>Opens what an app's hub keeps to itself.</summary>
public sealed class TestHub(IServiceProvider services) : ServerlessHub<ITestClient>(services)
{
    public new IHubClients<ITestClient> Clients => base.Clients;

    public new GroupManager Groups => base.Groups;

    public new UserGroupManager UserGroups => base.UserGroups;

    public new ClientManager ClientManager => base.ClientManager;

    public new Task<BinaryData> NegotiateAsync(NegotiationOptions? options = null) => base.NegotiateAsync(options);
}

/// <summary>A second hub, without types.</summary>
[SignalRConnection("AzureSignalRConnectionString")]
public sealed class PlainHub(IServiceProvider services) : ServerlessHub(services)
{
    public new IHubClients Clients => base.Clients;

    public new Task<BinaryData> NegotiateAsync(NegotiationOptions? options = null) => base.NegotiateAsync(options);
}
