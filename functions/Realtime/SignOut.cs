using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// <c>POST /realtime/sign-out</c>: closes the caller's realtime connections and removes their push group memberships, even during
/// a renewal; 204. Access tokens stay valid until they expire. Whatever the answer, all of it is done within a minute, by queue.
/// </summary>
public sealed class SignOut(UserSessions sessions, ModerationQueue queue, TimeProvider time, CurrentUser user, ILogger<SignOut> logger)
{
    /// <summary>When the queue sees to it: after the call did, as a rule.</summary>
    private static readonly TimeSpan RepairAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    [Function(nameof(SignOut))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "realtime/sign-out")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await TryEnqueueAsync(cancellationToken);
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
    /// <summary>Without the queue it is done by this call alone, and then the answer tells whether all of it is.</summary>
    private async Task TryEnqueueAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            await queue.SendAsync(new SignedOut(user.Id, now), now + RepairAfter, cancellationToken)
                .WaitAsync(Timeout, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.SignOutNotEnqueued(exception);
        }
    }
}
