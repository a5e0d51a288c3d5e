using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Renews a user's push group memberships that are due: less than half of their time is left, or a sign-out removed them. A negotiate
/// starts a renewal. It goes on by queue messages, each of which renews 64 memberships at most. A user has one renewal at a time.
/// </summary>
/// <remarks>
/// A renewal holds a lease, in the user's <see cref="ConnectionState"/>. After the memberships of each queue message it writes there
/// under a condition, which fails if the user signed out meanwhile, even if replicas lag. Then it removes all memberships again. If its
/// process dies, its queue message is delivered again and finds the sign-out.
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
    /// <summary>So many take a few round trips. The lock of the queue message and the lease last a minute.</summary>
    private const int GroupsPerMessage = 64;

    /// <summary>How long a negotiate waits until a renewal is enqueued.</summary>
    private static readonly TimeSpan BeginTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How many memberships this process renews at once, of all users together. So renewals leave room for other work.
    /// </summary>
    private const int MaxConcurrent = 32;

    /// <summary>How much another instance's clock may be ahead, plus the second to which expiries are rounded.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(2);

    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 8 };

    private readonly SemaphoreSlim _room = new(MaxConcurrent);

    public void Dispose() => _room.Dispose();

    /// <summary>Starts the renewal of a user's memberships that are due. Best effort: the next negotiate tries again.</summary>
    public async Task TryBeginAsync(UserId user, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(BeginTimeout, time);
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
        // The user may have signed out just before, on another instance.
        var state = await states.ReadLatestAsync(user, cancellationToken) ?? new ConnectionState { UserId = user };
        if (await FindDueAsync(state, 1, cancellationToken).AnyAsync(cancellationToken))
        {
            await queue.BeginAsync(state, cancellationToken);
        }
    }

    /// <summary>Renews up to 64 memberships that are due. If there are more, another queue message continues.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
    public async Task RenewAsync(PushGroupsDue due, CancellationToken cancellationToken)
    {
        switch (await states.TryLeaseAsync(due.UserId, due.Chain, due.SignedOutAt, cancellationToken))
        {
            case PushGroupLease.Taken:
                await RenewPartAsync(due, cancellationToken);
                break;
            case PushGroupLease.SignedOutWhileHeld:
                await RemoveAllAsync(due.UserId, cancellationToken);
                break;
            case PushGroupLease.SignedOutBefore:
                // An earlier delivery of this queue message may have removed all memberships, and failed before it began a new renewal.
                await BeginIfBackAsync(due.UserId, cancellationToken);
                break;
        }
    }

    private async Task RenewPartAsync(PushGroupsDue due, CancellationToken cancellationToken)
    {
        var state = await states.ReadAsync(due.UserId, cancellationToken) ?? throw new TimeoutException("No replica shows the lease yet.");
        if (state.SignedOutAt != due.SignedOutAt)
        {
            await RemoveAllAsync(due.UserId, cancellationToken);
            return;
        }

        var part = await FindDueAsync(state, GroupsPerMessage, cancellationToken).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(part, Parallelism, async (entry, _) => await RenewMembershipAsync(state, entry, cancellationToken));
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
            await RemoveAllAsync(due.UserId, cancellationToken);
        }
        else if (now?.GoneAt != state.GoneAt || now is { Again: true })
        {
            // Another renewal removed all memberships meanwhile, or was requested: some may be due that the query didn't find.
            await queue.GoOnAsync(due, cancellationToken);
        }
    }

    /// <summary>
    /// Renews one membership. Whether the user is still a member is checked after joining, by the inbox entry: a removal turns it into a
    /// tombstone before it takes the user out of the push group.
    /// </summary>
    private async Task RenewMembershipAsync(ConnectionState state, InboxEntry entry, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            if (entry.IsTombstone)
            {
                await TryAlignAsync(state.UserId, entry.ConversationId, cancellationToken);
                await inbox.ForgetPushUntilAsync(entry, cancellationToken);
                return;
            }

            var (until, dueBefore) = (time.GetUtcNow() + PushGroups.Ttl, DueBefore(state.GoneAt));
            var expires = until > dueBefore ? until : dueBefore;
            var isRenewed = await groups.TryRenewAsync(entry.ConversationId, state.UserId, entry.JoinedSeq ?? 0, cancellationToken)
                || await TryAlignAsync(state.UserId, entry.ConversationId, cancellationToken);
            if (isRenewed && !await inbox.TrySetPushUntilAsync(state.UserId, entry.ConversationId, expires, cancellationToken))
            {
                // They aren't a member any more, or have come back and the inbox entry doesn't show it yet.
                await TryAlignAsync(state.UserId, entry.ConversationId, cancellationToken);
            }
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>Adds a user to a push group or removes them, by their newest member document.</summary>
    /// <returns>False when they joined a moment ago and aren't added yet.</returns>
    private async Task<bool> TryAlignAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(conversation, cancellationToken);
        if (await reader.ReadHeadAsync(conversation, null, cancellationToken) is { DeletedAt: null })
        {
            return await groups.AlignAsync(conversation, [user], null, cancellationToken) is not null;
        }

        // In a deleted conversation the member documents stay.
        await hub.LeaveAsync(user, conversation, cancellationToken);
        return true;
    }

    /// <summary>
    /// Removes all memberships, because the user signed out during the renewal. If they are connected again, another renewal begins.
    /// </summary>
    private async Task RemoveAllAsync(UserId user, CancellationToken cancellationToken)
    {
        // The instant is noted before as well as after: the second write may fail.
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
    private IAsyncEnumerable<InboxEntry> FindDueAsync(ConnectionState state, int most, CancellationToken cancellationToken) =>
        containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @most * FROM c WHERE c.pushUntil < @limit")
                .WithParameter("@most", most)
                .WithParameter("@limit", DueBefore(state.GoneAt).ToUnixTimeSeconds()),
            new PartitionKey(state.UserId.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);

    /// <summary>
    /// Memberships that expire before this instant are due. Half of their time is over, or all memberships were removed since.
    /// </summary>
    private DateTimeOffset DueBefore(DateTimeOffset? goneAt)
    {
        var half = time.GetUtcNow() + (PushGroups.Ttl / 2);
        var gone = goneAt + PushGroups.Ttl + ClockSkew;
        return gone > half ? gone.Value : half;
    }
}
