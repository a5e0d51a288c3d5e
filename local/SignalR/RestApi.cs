using System.Net;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Local.SignalR;

/// <summary>The part of the service's REST API that apps call by themselves, as the Management SDK lacks it: closing all connections of a user.</summary>
/// <remarks>Signed with the access key for the address without its query, as the service's documentation asks.</remarks>
internal sealed class RestApi(SignalRService service, TimeProvider time) : HttpMessageHandler
{
    public const string AccessKey = "local+key+of+the+SignalR+Service+that+is+in+process=";
    private const string ApiVersion = "2022-06-01";

    private static readonly SymmetricSecurityKey Key = new(Encoding.UTF8.GetBytes(AccessKey));
    private readonly JsonWebTokenHandler _tokens = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (!await IsSignedAsync(request))
        {
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        }

        // Split before it is unescaped: a slash in a user's id is no separator.
        if (request.Method != HttpMethod.Post
            || !address.Query.Contains($"api-version={ApiVersion}", StringComparison.Ordinal)
            || address.AbsolutePath.Split('/') is not ["", "api", "hubs", var hub, "users", var user, ":closeConnections"])
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        var name = Uri.UnescapeDataString(user);
        await service.Calls(Timeout.InfiniteTimeSpan).CallAsync(RestRequest.CloseUser(name), () => Close(hub, name), cancellationToken);
        return new HttpResponseMessage(HttpStatusCode.NoContent);
    }

    private void Close(string hub, string user)
    {
        foreach (var connection in service.Hub(hub).Find(new Address(Audience.User, user)))
        {
            connection.Close();
        }
    }

    private async Task<bool> IsSignedAsync(HttpRequestMessage request)
    {
        var result = await _tokens.ValidateTokenAsync(request.Headers.Authorization?.Parameter, new TokenValidationParameters
        {
            IssuerSigningKey = Key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidAudience = request.RequestUri!.GetLeftPart(UriPartial.Path),
            ValidateIssuer = false,
            LifetimeValidator = (_, expires, _, _) => time.GetUtcNow().UtcDateTime < expires,
        });
        return result.IsValid;
    }
}
