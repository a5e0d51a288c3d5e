using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/sign-out</c>: closes the caller's realtime connections and removes their push group memberships, even during
/// a renewal; 204. Access tokens stay valid until they expire.
/// </summary>
public sealed class SignOut(UserSessions sessions, CurrentUser user, ILogger<SignOut> logger)
{
    [Function(nameof(SignOut))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/sign-out")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        try
        {
            await sessions.CloseAsync(user.Id, cancellationToken);
            return Results.NoContent();
        }
        catch (RealtimeException exception)
        {
            logger.SignOutFailed(exception);
            return Problems.Unavailable.ToResult();
        }
    }
}
