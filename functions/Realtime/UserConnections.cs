using System.Data.Common;
using System.Net.Http.Headers;
using System.Text;
using Azure.Core;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Functions.Realtime;

/// <summary>
/// Closes all connections of a user by SignalR Service's REST API. The Management SDK can close only single ones, by ids that
/// only clients know.
/// </summary>
public sealed class UserConnections(IHttpClientFactory clients, IConfiguration configuration, IServiceProvider services, TimeProvider time)
{
    /// <summary>As <see cref="ChatHub.Connection"/>.</summary>
    private const string Connection = "AzureSignalRConnectionString";

    private const string ApiVersion = "2022-06-01";
    private const string Scope = "https://signalr.azure.com/.default";

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    private readonly JsonWebTokenHandler _tokens = new() { SetDefaultTimesOnTokenCreation = false };

    /// <exception cref="RealtimeException">The service didn't confirm the call.</exception>
    public async Task CloseAsync(UserId user, CancellationToken cancellationToken)
    {
        try
        {
            var (endpoint, key) = Service();
            var address =
                $"{endpoint}/api/hubs/{nameof(ChatHub).ToLowerInvariant()}/users/{Uri.EscapeDataString(user.Value)}/:closeConnections";
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}?api-version={ApiVersion}");
            var token = key is null ? await AskForTokenAsync(cancellationToken) : Sign(address, key);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await clients.CreateClient(Connection).SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RealtimeException("close a user's connections", exception);
        }
    }

    /// <summary>The service's endpoint, and the key if the connection string has one, as for emulators.</summary>
    private (string Endpoint, string? Key) Service()
    {
        if (configuration[Connection] is not { Length: > 0 } connectionString)
        {
            return (configuration.Required($"{Connection}:serviceUri").TrimEnd('/'), null);
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var endpoint = ((string)parts["Endpoint"]).TrimEnd('/');
        return (
            parts.TryGetValue("Port", out var port) ? $"{endpoint}:{port}" : endpoint,
            parts.TryGetValue("AccessKey", out var key) ? (string)key : null);
    }

    private async Task<string> AskForTokenAsync(CancellationToken cancellationToken) =>
        (await services.GetRequiredService<TokenCredential>().GetTokenAsync(new TokenRequestContext([Scope]), cancellationToken)).Token;

    private string Sign(string audience, string key) => _tokens.CreateToken(new SecurityTokenDescriptor
    {
        Audience = audience,
        Expires = (time.GetUtcNow() + TokenLifetime).UtcDateTime,
        SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), SecurityAlgorithms.HmacSha256),
    });
}
