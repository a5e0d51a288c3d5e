using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Renews push group memberships that are more than half expired, or from before the user signed out. A negotiate starts it; it
/// runs by queue, 64 groups a message. However often a user negotiates, one renewal of theirs runs at a time.
/// </summary>
/// <remarks>
/// The lease is in the user's <see cref="ConnectionState"/>. Every part ends with a conditional write to it, which detects a
/// sign-out during the part even if replicas lag. Then all memberships are removed again, including those of a part whose process
/// died.
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
    /// <summary>Takes a few round trips, well within the message lock and the lease of a minute each.</summary>
    private const int GroupsPerMessage = 64;

    /// <summary>How long a negotiate waits for the query and the queue.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Memberships that this process renews concurrently, over all users. The rest of its capacity is for messages.
    /// </summary>
    private const int MaxAtOnce = 32;

    /// <summary>How much another instance's clock may be ahead, with the rounding to seconds.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(2);

    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 8 };

    private readonly SemaphoreSlim _room = new(MaxAtOnce);

    public void Dispose() => _room.Dispose();

    /// <summary>Starts the renewal of a user's memberships that are due. Best effort: the next negotiate tries again.</summary>
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
        // A sign-out just before, on another instance, mustn't be missed.
        var state = await states.ReadLatestAsync(user, cancellationToken) ?? new ConnectionState { UserId = user };
        if (await DueAsync(state, 1, cancellationToken).AnyAsync(cancellationToken))
        {
            await queue.BeginAsync(state, cancellationToken);
        }
    }

    /// <summary>Renews a part of the memberships that are due, and enqueues the next part while there are more.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
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
                // An earlier attempt may have removed all memberships and failed afterwards.
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
            // The memberships of this part may be gone and due again, or others became due after the query.
            await queue.GoOnAsync(due, cancellationToken);
        }
    }

    /// <summary>
    /// Renews one membership. The inbox entry decides whether the user is still a member: a removal changes it just before it
    /// removes the membership.
    /// </summary>
    private async Task RenewAsync(ConnectionState state, InboxEntry entry, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            if (entry.IsLeft)
            {
                await AlignAsync(state.UserId, entry.ConversationId, cancellationToken);
                await inbox.ForgetPushUntilAsync(entry, cancellationToken);
                return;
            }

            var (until, limit) = (time.GetUtcNow() + PushGroups.Ttl, Limit(state.GoneAt));
            await hub.JoinAsync(state.UserId, entry.ConversationId, PushGroups.Ttl, cancellationToken);
            if (!await inbox.TrySetPushUntilAsync(state.UserId, entry.ConversationId, until > limit ? until : limit, cancellationToken))
            {
                // They left, or left and joined again.
                await AlignAsync(state.UserId, entry.ConversationId, cancellationToken);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Adds a user to a push group or removes them, by their newest member document.</summary>
    private async Task AlignAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(conversation, cancellationToken);

        // In a deleted conversation the member documents stay.
        await (await reader.ReadHeadAsync(conversation, null, cancellationToken) is { DeletedAt: null }
            ? groups.AlignAsync(conversation, [user], null, cancellationToken)
            : hub.LeaveAsync(user, conversation, cancellationToken));
    }

    /// <summary>
    /// The user signed out meanwhile, so no membership may stay. If they are connected again, a new renewal adds what they need.
    /// </summary>
    private async Task TakeAllAwayAsync(UserId user, CancellationToken cancellationToken)
    {
        // Record it before as well, since the write afterwards may fail.
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

    /// <summary>
    /// The inbox entries whose membership is due, tombstones too. A renewal may have joined a user who was removed just before, and may
    /// have died before it noticed. The tombstone keeps the expiry that was due, so the next renewal finds it.
    /// </summary>
    private IAsyncEnumerable<InboxEntry> DueAsync(ConnectionState state, int most, CancellationToken cancellationToken) =>
        containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @most * FROM c WHERE c.pushUntil < @limit")
                .WithParameter("@most", most)
                .WithParameter("@limit", Limit(state.GoneAt).ToUnixTimeSeconds()),
            new PartitionKey(state.UserId.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);

    /// <summary>
    /// Memberships that expire before this are due: half of their time is over, or they are from before all were removed.
    /// </summary>
    private DateTimeOffset Limit(DateTimeOffset? goneAt)
    {
        var half = time.GetUtcNow() + (PushGroups.Ttl / 2);
        var gone = goneAt + PushGroups.Ttl + ClockSkew;
        return gone > half ? gone.Value : half;
    }
}
