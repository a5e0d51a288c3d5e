using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Renews users' places in push groups that are more than half spent, or from before they signed out: when they negotiate, by queue, 64 groups a
/// message. However often a user negotiates, one renewal of theirs runs at a time.
/// </summary>
/// <remarks>
/// The lease is in the user's <see cref="ConnectionState"/>. Every part ends with a conditional write there, which finds a sign-out that came
/// meanwhile, whatever replicas show: all places are then taken away again, also those of a part whose process died.
/// </remarks>
public sealed class PushGroupRenewal(
    ConnectionStates states,
    PushGroupQueue queue,
    InboxProjection inbox,
    ConversationReader reader,
    ChatContainers containers,
    PushGroups groups,
    ChatHub hub,
    TimeProvider time,
    ILogger<PushGroupRenewal> logger) : IDisposable
{
    /// <summary>A few round trips' worth, well within the lock of a minute and the lease.</summary>
    private const int GroupsPerMessage = 64;

    /// <summary>How long a negotiate waits to find out what is due, and for the queue.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Places that this process renews at a time, of however many users: the rest is for messages.</summary>
    private const int MaxAtOnce = 32;

    /// <summary>By how much the clock of whoever made a place may be ahead, and the seconds that are rounded.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(2);

    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 8 };

    private readonly SemaphoreSlim _room = new(MaxAtOnce);

    public void Dispose() => _room.Dispose();

    /// <summary>Begins the renewal of what is due of a user's. Best effort: the next negotiate tries again.</summary>
    public async Task TryBeginAsync(UserId user, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await BeginAsync(user, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RenewFailed(exception);
        }
    }

    private async Task BeginAsync(UserId user, CancellationToken cancellationToken)
    {
        // A sign-out just before, through another instance, mustn't be missed.
        var state = await states.ReadLatestAsync(user, cancellationToken) ?? new ConnectionState { UserId = user };
        if (await DueAsync(state, 1, cancellationToken).AnyAsync(cancellationToken))
        {
            await queue.BeginAsync(state, cancellationToken);
        }
    }

    /// <summary>Renews some of what is due and sends the message on while there may be more.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm it for all of them.</exception>
    public async Task RenewAsync(PushGroupsDue due, CancellationToken cancellationToken)
    {
        switch (await states.TryLeaseAsync(due.UserId, due.Chain, due.SignedOutAt, cancellationToken))
        {
            case PushGroupLease.Taken:
                await RenewPartAsync(due, cancellationToken);
                break;
            case PushGroupLease.Ended:
                await TakeAllAwayAsync(due.UserId, cancellationToken);
                break;
            case PushGroupLease.Void:
                // It may have taken all away when it ran before, and failed then.
                await BeginIfBackAsync(due.UserId, cancellationToken);
                break;
        }
    }

    private async Task RenewPartAsync(PushGroupsDue due, CancellationToken cancellationToken)
    {
        var state = await states.ReadAsync(due.UserId, cancellationToken) ?? throw new TimeoutException("The lease isn't to be seen yet.");
        if (state.SignedOutAt != due.SignedOutAt)
        {
            await TakeAllAwayAsync(due.UserId, cancellationToken);
            return;
        }

        var part = await DueAsync(state, GroupsPerMessage, cancellationToken).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(part, Parallelism, async (entry, _) => await RenewAsync(state, entry, cancellationToken));
        var isLast = part.Count < GroupsPerMessage;
        if (await states.TryEndPartAsync(state, due.Chain, isLast, cancellationToken))
        {
            if (!isLast)
            {
                await queue.GoOnAsync(due, cancellationToken);
            }

            return;
        }

        var now = await states.ReadAsync(due.UserId, cancellationToken);
        if (now?.SignedOutAt != due.SignedOutAt)
        {
            await TakeAllAwayAsync(due.UserId, cancellationToken);
        }
        else if (now?.GoneAt != state.GoneAt || now is { Again: true })
        {
            // What this part made may be gone, and is due again; or something became due after it looked.
            await queue.GoOnAsync(due, cancellationToken);
        }
    }

    /// <summary>Makes a place of somebody who is a member by their list, which is the last that a removal changes before it takes the place away.</summary>
    private async Task RenewAsync(ConnectionState state, InboxEntry entry, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            var (until, limit) = (time.GetUtcNow() + PushGroups.Ttl, Limit(state.GoneAt));
            await hub.JoinAsync(state.UserId, entry.ConversationId, PushGroups.Ttl, cancellationToken);
            if (!await inbox.TrySetPushUntilAsync(state.UserId, entry.ConversationId, until > limit ? until : limit, cancellationToken))
            {
                // They left; or are in again, whose place is to stay.
                await reader.CatchUpAsync(entry.ConversationId, cancellationToken);
                await groups.AlignAsync(entry.ConversationId, [state.UserId], null, cancellationToken);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>They signed out meanwhile, so that nothing is to bring pushes; or they are back, and what is due then brings them.</summary>
    private async Task TakeAllAwayAsync(UserId user, CancellationToken cancellationToken)
    {
        // A note before as well, as the one after may fail.
        var noted = await states.NoteGoneAsync(user, null, cancellationToken);
        await hub.LeaveAllAsync(user, cancellationToken);
        await states.NoteGoneAsync(user, noted, cancellationToken);
        await BeginIfBackAsync(user, cancellationToken);
    }

    private async Task BeginIfBackAsync(UserId user, CancellationToken cancellationToken)
    {
        if (await hub.IsConnectedAsync(user, cancellationToken))
        {
            await BeginAsync(user, cancellationToken);
        }
    }

    private IAsyncEnumerable<InboxEntry> DueAsync(ConnectionState state, int most, CancellationToken cancellationToken) =>
        containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @most * FROM c WHERE c.pushUntil < @limit AND NOT IS_NULL(c.activity)")
                .WithParameter("@most", most)
                .WithParameter("@limit", Limit(state.GoneAt).ToUnixTimeSeconds()),
            new PartitionKey(state.UserId.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);

    /// <summary>Places that end before this are due: half of their time is over, or they were made before all were taken away.</summary>
    private DateTimeOffset Limit(DateTimeOffset? goneAt)
    {
        var half = time.GetUtcNow() + (PushGroups.Ttl / 2);
        var gone = goneAt + PushGroups.Ttl + ClockSkew;
        return gone > half ? gone.Value : half;
    }
}
