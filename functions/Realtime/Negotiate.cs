using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/negotiate</c>: the URL and token by which a SignalR client connects as the caller. The service closes the
/// connection when the caller's own token expires.
/// </summary>
public sealed class Negotiate(ChatHub hub, PushGroupRenewal renewal, CurrentUser user, ILogger<Negotiate> logger)
{
    [Function(nameof(Negotiate))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/negotiate")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        RealtimeConnection connection;
        try
        {
            connection = await hub.NegotiateAsync(user.Id, user.Until);
        }
        catch (RealtimeException exception)
        {
            logger.NegotiateFailed(exception);
            return Problems.Unavailable.ToResult();
        }

        Metrics.ConnectionsNegotiated.Add(1);
        await renewal.TryBeginAsync(user.Id, cancellationToken);
        return new JsonResult<RealtimeConnection>(StatusCodes.Status200OK, connection, ChatJson.Default.RealtimeConnection)
        {
            HoldsSecret = true,
        };
    }
}

/// <summary>The redirect of SignalR's negotiate protocol: the URL and token by which a client connects.</summary>
public sealed record RealtimeConnection(string Url, string AccessToken);
