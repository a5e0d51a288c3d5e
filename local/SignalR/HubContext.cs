using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.SignalR.Management;

namespace Chat.Local.SignalR;

/// <summary>The app's access to one hub.</summary>
internal sealed class HubContext
{
    private const int MaxBodyBytes = 1024 * 1024;
    private const int BilledBytes = 2048;

    private readonly SignalRService _service;
    private readonly HubConnections _hub;
    private readonly ServiceManagerOptions _options;
    private readonly IHttpContextAccessor _requests;
    private readonly RestCalls _calls;

    public HubContext(SignalRService service, string hub, ServiceManagerOptions options, IHttpContextAccessor requests)
    {
        _service = service;
        _hub = service.Hub(hub);
        _options = options;
        _requests = requests;
        _calls = service.Calls(options.HttpClientTimeout);
        Clients = new HubClients(this, hub);
        Groups = new ConnectionGroups(_hub, _calls);
        UserGroups = new UserGroups(_hub, _calls);
        ClientManager = new ConnectedClients(_hub, _calls);
    }

    public IHubClients Clients { get; }

    public GroupManager Groups { get; }

    public UserGroupManager UserGroups { get; }

    public ClientManager ClientManager { get; }

    /// <summary>What the client needs to connect, at the address by which its request reached us.</summary>
    public async Task<BinaryData> NegotiateAsync(NegotiationOptions negotiation)
    {
        var request = (negotiation.HttpContext ?? _requests.HttpContext)?.Request
            ?? throw new InvalidOperationException("There is no request by whose Host the client could connect: set NegotiationOptions.HttpContext.");
        var url = ClientEndpoint.Url(request, _hub.Name);
        var token = await _calls.TryAsync("negotiate", negotiation.UserId ?? "", () => Sign(url, negotiation), kill: null, CancellationToken.None);
        return BinaryData.FromObjectAsJson(new NegotiationResponse { Url = url, AccessToken = token }, JsonSerializerOptions.Web);
    }

    /// <summary>Sends one call of a client's method to each address, as a request of its own.</summary>
    public async Task SendAsync(Address[] addresses, string method, object?[] arguments, CancellationToken cancellationToken)
    {
        var frame = InvocationFrame.Write(method, arguments, _options.ObjectSerializer, cancellationToken);
        if (frame.Length > MaxBodyBytes)
        {
            throw RestCallFailedException.Refused(HttpStatusCode.RequestEntityTooLarge, "send", method);
        }

        await Task.WhenAll(addresses.Select(address => SendAsync(address, frame, cancellationToken)));
    }

    private string Sign(string url, NegotiationOptions negotiation) =>
        _service.Tokens.Sign(url, negotiation.UserId, negotiation.Claims ?? [], negotiation.TokenLifetime);

    private async Task<int> SendAsync(Address address, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) =>
        await _calls.CallAsync(RestRequest.Send(address), () => Deliver(address, frame), () => Drop(address), cancellationToken);

    private int Deliver(Address address, ReadOnlyMemory<byte> frame)
    {
        var delivered = 0;
        foreach (var connection in _hub.Find(address))
        {
            if (address.Except.Count == 0 || !address.Except.Contains(connection.Id, StringComparer.Ordinal))
            {
                connection.Send(frame);
                delivered++;
            }
        }

        _service.CountMessages(delivered * ((frame.Length + BilledBytes - 1) / BilledBytes));
        return delivered;
    }

    private void Drop(Address address)
    {
        foreach (var connection in _hub.Find(address))
        {
            connection.Drop();
        }
    }
}
