using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>Keeps the members of a group conversation in its SignalR group, and nobody else, so that one send reaches them all.</summary>
/// <remarks>
/// Places have a TTL, since SignalR keeps only the latest 100 per user of those without. They are made when a member joins, and renewed by
/// <see cref="PushGroupRenewal"/>. Losing one costs pushes, never messages.
/// </remarks>
public sealed class PushGroups(ChatHub hub, ConversationReader reader, TimeProvider time, ILogger<PushGroups> logger)
{
    /// <summary>How long a place lives.</summary>
    public static readonly TimeSpan Ttl = TimeSpan.FromDays(30);

    /// <summary>How long a caller waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int MaxParallel = 16;

    /// <summary>Brings users' places in a group conversation's group in line with their memberships, in two seconds at most. Failures are logged.</summary>
    /// <returns>Until when those who are members have a place; null when that isn't certain for all of them.</returns>
    /// <remarks>Delivery does it again; whoever is still missing from it is put in at their next negotiate.</remarks>
    public async Task<DateTimeOffset?> TryAlignAsync(
        Head head,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (head.Kind == ConversationKind.Direct)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await AlignAsync(head.ConversationId, users, session, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AlignFailed(exception, head.ConversationId);
            return null;
        }
    }

    /// <summary>Brings users' places in a conversation's group in line with their memberships.</summary>
    /// <returns>Until when those who are members have a place.</returns>
    /// <exception cref="RealtimeException">SignalR didn't confirm that for all of them.</exception>
    public async Task<DateTimeOffset> AlignAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + Ttl;
        await ForEachAsync(users, user => AlignAsync(conversation, user, session, cancellationToken), cancellationToken);
        return until;
    }

    /// <summary>Takes everybody out of the group of a conversation that isn't there any more.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm that for all of them.</exception>
    public Task EmptyAsync(ConversationId conversation, IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        ForEachAsync(users, user => hub.LeaveAsync(user, conversation, cancellationToken), cancellationToken);

    /// <summary>A membership may change between looking and placing: whoever comes last looks again.</summary>
    private async Task AlignAsync(ConversationId conversation, UserId user, Session? session, CancellationToken cancellationToken)
    {
        bool? isIn = null;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var isMember = await reader.IsActiveAsync(conversation, user, session, cancellationToken);
            if (isMember == isIn)
            {
                return;
            }

            await (isMember ? hub.JoinAsync(
                user,
                conversation,
                Ttl,
                cancellationToken) : hub.LeaveAsync(user, conversation, cancellationToken));
            isIn = isMember;
        }
    }

    private static Task ForEachAsync(IReadOnlyList<UserId> users, Func<UserId, Task> act, CancellationToken cancellationToken) =>
        Each.TryAsync(users, MaxParallel, (user, _) => act(user), cancellationToken);
}
