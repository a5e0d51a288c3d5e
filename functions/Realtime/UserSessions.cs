using Chat.Functions.Shared;

namespace Chat.Functions.Realtime;

/// <summary>
/// Ends a user's realtime sessions: closes their connections, whichever instance negotiated them, and removes their push group
/// memberships, even during a renewal. A connection token stays valid until it expires, so a client that has one can reconnect.
/// </summary>
public sealed class UserSessions(ConnectionStates states, ChatHub hub, UserConnections connections)
{
    /// <exception cref="RealtimeException">SignalR didn't confirm all of it; to be tried again.</exception>
    public async Task CloseAsync(UserId user, CancellationToken cancellationToken)
    {
        // Record it first. A concurrent renewal then removes what it added, or ended before.
        var noted = await states.SignOutAsync(user, cancellationToken);
        await hub.LeaveAllAsync(user, cancellationToken);

        await connections.CloseAsync(user, cancellationToken);

        // Memberships added after it was recorded may be gone as well.
        await states.NoteCompletedAsync(user, noted, cancellationToken);
    }

    /// <summary>Does the same unless all of it was done since an instant.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of it; to be tried again.</exception>
    public async Task CompleteAsync(UserId user, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var state = await states.ReadLatestAsync(user, cancellationToken);
        if (state?.SignedOutAt is not { } signedOut || signedOut < since || state.CompletedAt != signedOut)
        {
            await CloseAsync(user, cancellationToken);
        }
    }
}
