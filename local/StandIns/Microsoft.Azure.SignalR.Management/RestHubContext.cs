using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Azure.SignalR.Management;

/// <summary>The app's access to one hub, by requests. Negotiation is none: the package signs the token by itself.</summary>
internal sealed class RestHubContext
{
    private const string UserClaim = "asrs.s.uid";
    private static readonly string[] ServiceClaims = ["aud", "exp", "iat", "nbf", "iss", "actort", "acr", "azp", "c_hash", "jti", "nonce"];

    private readonly ServiceEndpoint _endpoint;
    private readonly string _resource;
    private readonly TimeProvider _time;

    public RestHubContext(ServiceManagerOptions options, string hub, HttpMessageHandler? transport, TimeProvider time)
    {
        _endpoint = new ServiceEndpoint(options.ConnectionString);
        _time = time;
        _resource = $"client/?hub={hub.ToLowerInvariant()}";
        var http = new HttpClient(transport ?? new SocketsHttpHandler { UseCookies = false }, disposeHandler: false)
        {
            Timeout = options.HttpClientTimeout,
        };
        var client = new RestClient(_endpoint, hub.ToLowerInvariant(), options.ObjectSerializer, http, time);
        Clients = new RestClients(client);
        UserGroups = new UserGroupsOf(client);
        ClientManager = new ClientsOf(client);
    }

    public IHubClients Clients { get; }

    public UserGroupManager UserGroups { get; }

    public ClientManager ClientManager { get; }

    /// <summary>Where and with which token a client connects.</summary>
    public NegotiationResponse Negotiate(NegotiationOptions options)
    {
        var claims = (options.Claims ?? []).Select(
            claim => ServiceClaims.Contains(claim.Type) ? new Claim($"asrs.u.{claim.Type}", claim.Value) : claim);
        if (options.UserId is { } user)
        {
            claims = claims.Prepend(new Claim(UserClaim, user));
        }

        var byType = claims.ToLookup(claim => claim.Type, claim => claim.Value, StringComparer.Ordinal);
        var token = _endpoint.Sign(_endpoint.Audience + _resource, byType, _time.GetUtcNow() + options.TokenLifetime);
        return new NegotiationResponse { Url = _endpoint.Client + _resource, AccessToken = token };
    }

    internal static string Part(string kind, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return $"/{kind}/{Uri.EscapeDataString(name)}";
    }

    private sealed class UserGroupsOf(RestClient client) : UserGroupManager
    {
        public override Task AddToGroupAsync(string userId, string groupName, TimeSpan ttl, CancellationToken cancellationToken = default)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ttl, TimeSpan.Zero);
            var query = string.Create(CultureInfo.InvariantCulture, $"&ttl={(int)ttl.TotalSeconds}");
            return client.AskAsync(HttpMethod.Put, Part("users", userId) + Part("groups", groupName), query, null, null, cancellationToken);
        }

        public override Task RemoveFromGroupAsync(string userId, string groupName, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, Part("users", userId) + Part("groups", groupName), "", null, null, cancellationToken);

        public override Task RemoveFromAllGroupsAsync(string userId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Delete, $"{Part("users", userId)}/groups", "", null, null, cancellationToken);
    }

    private sealed class ClientsOf(RestClient client) : ClientManager
    {
        public override Task<bool> UserExistsAsync(string userId, CancellationToken cancellationToken = default) =>
            client.AskAsync(HttpMethod.Head, Part("users", userId), "", "Warning.User.NotExisted", null, cancellationToken);
    }
}
