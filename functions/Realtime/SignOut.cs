using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/sign-out</c>: closes the caller's realtime connections and removes their push group memberships, even during
/// a renewal; 204. Access tokens stay valid until they expire.
/// </summary>
public sealed class SignOut(ConnectionStates states, ChatHub hub, UserConnections connections, CurrentUser user, ILogger<SignOut> logger)
{
    [Function(nameof(SignOut))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/sign-out")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        // Record the sign-out first. A concurrent renewal then removes what it added, or ended before.
        var noted = await states.SignOutAsync(user.Id, cancellationToken);
        try
        {
            await hub.LeaveAllAsync(user.Id, cancellationToken);

            // Memberships added after the sign-out was recorded may be gone as well.
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
