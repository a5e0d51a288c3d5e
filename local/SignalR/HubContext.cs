using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <summary>The app's access to one hub.</summary>
internal sealed class HubContext(SignalRService service, string hub, ServiceManagerOptions options, IHttpContextAccessor requests)
{
    public IHubClients Clients => throw new NotSupportedException($"{(service, hub, options, requests).GetType()}");

    public GroupManager Groups => throw new NotSupportedException();

    public UserGroupManager UserGroups => throw new NotSupportedException();

    public ClientManager ClientManager => throw new NotSupportedException();

    public Task<BinaryData> NegotiateAsync(NegotiationOptions negotiation) => throw new NotSupportedException($"{negotiation}");
}
