// As in the package, whose types carry no nullable annotations.
#nullable disable

using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The app's access to one hub.</summary>
public abstract class ServiceHubContext
{
    public virtual IHubClients Clients => throw new NotSupportedException();

    public virtual GroupManager Groups => throw new NotSupportedException();

    public virtual UserGroupManager UserGroups => throw new NotSupportedException();

    public virtual ClientManager ClientManager => throw new NotSupportedException();

    /// <summary>Where and with which token a client connects.</summary>
    public virtual ValueTask<NegotiationResponse> NegotiateAsync(NegotiationOptions negotiationOptions = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();
}
