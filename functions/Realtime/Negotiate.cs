using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/negotiate</c>: where and with which token a SignalR client given <c>…/api/realtime</c> connects as the caller, for as long
/// as the caller's own token is good.
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
        return new JsonResult<RealtimeConnection>(
            StatusCodes.Status200OK,
            connection,
            ChatJson.Default.RealtimeConnection) { HoldsSecret = true };
    }
}

/// <summary>Where and with which token a client connects; the redirect that SignalR's negotiate protocol knows.</summary>
public sealed record RealtimeConnection(string Url, string AccessToken);
