using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Standings;

namespace Chat.Functions.Moderation;

/// <summary>Closes the connections of a user whose calls are refused, until no token by which they could connect again is good.</summary>
public sealed class KeepingOut(StandingStore standings, UserSessions sessions, ModerationQueue queue, TimeProvider time)
{
    /// <summary>Below a minute with what closing takes: a banned user who connects with a token from before is out again by then.</summary>
    public static readonly TimeSpan CloseInterval = TimeSpan.FromSeconds(40);

    /// <summary>Longer than any token is good that lets somebody connect: an hour.</summary>
    private static readonly TimeSpan KeepOutFor = TimeSpan.FromMinutes(65);

    /// <summary>Begins it, once the user's standing is noted. The queue goes on.</summary>
    /// <exception cref="RealtimeException">Not all connections are known to be closed; the queue closes them.</exception>
    public Task BeginAsync(UserId user, DecisionId decision, CancellationToken cancellationToken) =>
        CloseAsync(new KeepOut(user, decision, 0, time.GetUtcNow() + KeepOutFor), cancellationToken);

    /// <summary>Closes them once more, unless it is over, or the user is let in again.</summary>
    public async Task GoOnAsync(KeepOut keep, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keep);
        var now = time.GetUtcNow();
        if (now < keep.Until && (await standings.ReadAsync(keep.UserId, cancellationToken))?.At(now) >= Standing.Banned)
        {
            await CloseAsync(keep with { Step = keep.Step + 1 }, cancellationToken);
        }
    }

    private async Task CloseAsync(KeepOut next, CancellationToken cancellationToken)
    {
        // The next first: should closing fail, this message comes back beside it.
        await queue.SendAsync(next, time.GetUtcNow() + CloseInterval, cancellationToken);
        await sessions.CloseAsync(next.UserId, cancellationToken);
    }
}
