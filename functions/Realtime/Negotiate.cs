using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary><c>POST /realtime/negotiate</c>: where and with which token a SignalR client given <c>…/api/realtime</c> connects as the caller.</summary>
public sealed class Negotiate(ChatHub hub, PushGroups groups, CurrentUser user, ILogger<Negotiate> logger)
{
    [Function(nameof(Negotiate))]
    public async Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/negotiate")] HttpRequest request)
    {
        var caller = user.Id;
        RealtimeConnection connection;
        try
        {
            connection = await hub.NegotiateAsync(caller);
        }
        catch (Exception exception)
        {
            // Whatever the package throws, it is the service that can't be asked.
            logger.NegotiateFailed(exception);
            return Problems.Unavailable.ToResult();
        }

        Metrics.ConnectionsNegotiated.Add(1);
        _ = RenewAsync(caller);
        return new Answer<RealtimeConnection>(StatusCodes.Status200OK, connection, ChatJson.Default.RealtimeConnection) { HoldsSecret = true };
    }

    private async Task RenewAsync(UserId caller)
    {
        try
        {
            await groups.RenewAsync(caller, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The next negotiate tries again.
            logger.RenewFailed(exception);
        }
    }
}

/// <summary>Where and with which token a client connects; the redirect that SignalR's negotiate protocol knows.</summary>
public sealed record RealtimeConnection(string Url, string AccessToken);
