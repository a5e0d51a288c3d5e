// As in the package, whose types carry no nullable annotations.
#nullable disable

using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The app's access to one hub, by requests. Negotiation is none: the package signs the token by itself.</summary>
internal sealed class RestHubContext : ServiceHubContext
{
    private const string UserClaim = "asrs.s.uid";
    private static readonly string[] ServiceClaims = ["aud", "exp", "iat", "nbf", "iss", "actort", "acr", "azp", "c_hash", "jti", "nonce"];

    private readonly ServiceEndpoint _endpoint;
    private readonly string _resource;
    private readonly TimeProvider _time;

    public RestHubContext(ServiceManagerOptions options, string hub, HttpMessageHandler transport, TimeProvider time)
    {
        _endpoint = new ServiceEndpoint(options.ConnectionString);
        _time = time;
        _resource = $"client/?hub={hub.ToLowerInvariant()}";
        var http = new HttpClient(transport ?? new SocketsHttpHandler { UseCookies = false }, disposeHandler: false) { Timeout = options.HttpClientTimeout };
        var client = new RestClient(_endpoint, hub.ToLowerInvariant(), options.ObjectSerializer, http, time);
        Clients = new RestClients(client);
        Groups = new ConnectionGroups(client);
        UserGroups = new UserGroupsOf(client);
        ClientManager = new ClientsOf(client);
    }

    public override IHubClients Clients { get; }

    public override GroupManager Groups { get; }

    public override UserGroupManager UserGroups { get; }

    public override ClientManager ClientManager { get; }

    public override ValueTask<NegotiationResponse> NegotiateAsync(NegotiationOptions negotiationOptions = null, CancellationToken cancellationToken = default)
    {
        negotiationOptions ??= new();
        var claims = (negotiationOptions.Claims ?? []).Select(claim => ServiceClaims.Contains(claim.Type) ? new Claim($"asrs.u.{claim.Type}", claim.Value) : claim);
        if (negotiationOptions.UserId is { } user)
        {
            claims = claims.Prepend(new Claim(UserClaim, user));
        }

        var byType = claims.ToLookup(claim => claim.Type, claim => claim.Value, StringComparer.Ordinal);
        var token = _endpoint.Sign(_endpoint.Audience + _resource, byType, _time.GetUtcNow() + negotiationOptions.TokenLifetime);
        return new(new NegotiationResponse { Url = _endpoint.Client + _resource, AccessToken = token });
    }

    internal static string Part(string kind, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return $"/{kind}/{Uri.EscapeDataString(name)}";
    }

    private sealed class ConnectionGroups(RestClient client) : GroupManager
    {
        public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Put, Part("groups", groupName) + Part("connections", connectionId), "", "Error.Connection.NotExisted", cancellationToken);

        public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, Part("groups", groupName) + Part("connections", connectionId), "", null, cancellationToken);

        public override Task RemoveFromAllGroupsAsync(string connectionId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, $"{Part("connections", connectionId)}/groups", "", null, cancellationToken);
    }

    private sealed class UserGroupsOf(RestClient client) : UserGroupManager
    {
        public override Task AddToGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Put, Membership(userId, groupName), "", null, cancellationToken);

        public override Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ttl, TimeSpan.Zero);
            return client.AskAsync(HttpMethod.Put, Membership(userId, groupName), string.Create(CultureInfo.InvariantCulture, $"&ttl={(int)ttl.TotalSeconds}"), null, cancellationToken);
        }

        public override Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, Membership(userId, groupName), "", null, cancellationToken);

        public override Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, $"{Part("users", userId)}/groups", "", null, cancellationToken);

        public override Task<bool> IsUserInGroup(string userId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Get, Membership(userId, groupName), "", "Info.User.NotInGroup", cancellationToken);

        private static string Membership(string user, string group) => Part("users", user) + Part("groups", group);
    }

    private sealed class ClientsOf(RestClient client) : ClientManager
    {
        public override Task CloseConnectionAsync(string connectionId, string reason = null, CancellationToken cancellationToken = default)
        {
            var query = reason is null ? "" : $"&reason={Uri.EscapeDataString(reason)}";
            return client.AskAsync(HttpMethod.Delete, Part("connections", connectionId), query, "Warning.Connection.NotExisted", cancellationToken);
        }

        public override Task<bool> ConnectionExistsAsync(string connectionId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Head, Part("connections", connectionId), "", "Warning.Connection.NotExisted", cancellationToken);

        public override Task<bool> UserExistsAsync(string userId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Head, Part("users", userId), "", "Warning.User.NotExisted", cancellationToken);

        public override Task<bool> GroupExistsAsync(string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Head, Part("groups", groupName), "", "Warning.Group.NotExisted", cancellationToken);
    }
}
