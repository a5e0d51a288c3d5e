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
/// meanwhile, whatever replicas show: the part is then undone.
/// </remarks>
public sealed class PushGroupRenewal(
    ConnectionStates states,
    PushGroups groups,
    PushGroupQueue queue,
    InboxProjection inbox,
    ChatContainers containers,
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
            var signedOutAt = (await states.ReadAsync(user, either.Token))?.SignedOutAt;
            if (await DueAsync(user, signedOutAt, 1, either.Token).AnyAsync(either.Token))
            {
                await queue.BeginAsync(user, signedOutAt, either.Token);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RenewFailed(exception);
        }
    }

    /// <summary>Renews some of what is due and sends the message on while there may be more.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm it for all of them.</exception>
    public async Task RenewAsync(PushGroupsDue due, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(due);
        var lease = await states.TryLeaseAsync(due.UserId, due.Chain, due.SignedOutAt, cancellationToken);
        if (lease.IsVoid)
        {
            return;
        }

        if (lease.BusyUntil is { } until)
        {
            await queue.WaitAsync(due, until, cancellationToken);
            return;
        }

        var part = await DueAsync(due.UserId, due.SignedOutAt, GroupsPerMessage, cancellationToken).ToListAsync(cancellationToken);
        await Parallel.ForEachAsync(part, Parallelism, async (entry, _) => await RenewAsync(due, entry, cancellationToken));
        var isLast = part.Count < GroupsPerMessage;
        if (!await states.TryEndPartAsync(due.UserId, due.Chain, due.SignedOutAt, isLast, cancellationToken))
        {
            await UndoAsync(due.UserId, part, cancellationToken);
        }
        else if (!isLast)
        {
            await queue.GoOnAsync(due, cancellationToken);
        }
    }

    private async Task RenewAsync(PushGroupsDue due, InboxEntry entry, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            var until = await groups.AlignAsync(entry.ConversationId, [due.UserId], null, cancellationToken);
            var limit = Limit(due.SignedOutAt);
            await inbox.SetPushUntilAsync(due.UserId, entry.ConversationId, until > limit ? until : limit, cancellationToken);
        }
        finally
        {
            _room.Release();
        }
    }

    /// <summary>They signed out meanwhile, so that nothing is to bring pushes; or they are back, and what is due then brings them.</summary>
    private async Task UndoAsync(UserId user, List<InboxEntry> part, CancellationToken cancellationToken)
    {
        await Parallel.ForEachAsync(part, Parallelism, async (entry, _) =>
        {
            await hub.LeaveAsync(user, entry.ConversationId, cancellationToken);
            await inbox.SetPushUntilAsync(user, entry.ConversationId, DateTimeOffset.UnixEpoch, cancellationToken);
        });
        if (await hub.IsConnectedAsync(user, cancellationToken))
        {
            await TryBeginAsync(user, cancellationToken);
        }
    }

    private IAsyncEnumerable<InboxEntry> DueAsync(UserId user, DateTimeOffset? signedOutAt, int most, CancellationToken cancellationToken) =>
        containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @most * FROM c WHERE c.pushUntil < @limit")
                .WithParameter("@most", most)
                .WithParameter("@limit", Limit(signedOutAt).ToUnixTimeSeconds()),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);

    /// <summary>Places that end before this are due: half of their time is over, or they were made before the user signed out, and gone since.</summary>
    private DateTimeOffset Limit(DateTimeOffset? signedOutAt)
    {
        var half = time.GetUtcNow() + (PushGroups.Ttl / 2);
        var gone = signedOutAt + PushGroups.Ttl + TimeSpan.FromSeconds(1);
        return gone > half ? gone.Value : half;
    }
}
