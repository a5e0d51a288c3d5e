using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/sign-out</c>: closes all of the caller's realtime connections and ends their places in push groups, whatever renews those
/// just then. 204; tokens stay good for as long as their issuer says.
/// </summary>
public sealed class SignOut(ConnectionStates states, ChatHub hub, UserConnections connections, CurrentUser user, ILogger<SignOut> logger)
{
    [Function(nameof(SignOut))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/sign-out")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // The note first: a renewal that it meets undoes what it did, or was done before and ends here.
        var noted = await states.SignOutAsync(user.Id, cancellationToken);
        try
        {
            await hub.LeaveAllAsync(user.Id, cancellationToken);

            // What was made since the note may be gone as well.
            await states.NoteGoneAsync(user.Id, noted, cancellationToken);
            await connections.CloseAsync(user.Id, cancellationToken);
            return Results.NoContent();
        }
        catch (RealtimeException exception)
        {
            logger.SignOutFailed(exception);
            return Problems.Unavailable.ToResult();
        }
    }
}
