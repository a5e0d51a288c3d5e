using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Keeps exactly the members of a group conversation in its SignalR group (push group), so that one send reaches them all.
/// </summary>
/// <remarks>
/// Memberships have a time to live: of those without one, SignalR keeps only the latest 100 per user. They are added when a
/// member joins, and renewed by <see cref="PushGroupRenewal"/>. Losing one costs pushes, never messages.
/// </remarks>
public sealed class PushGroups(ChatHub hub, ConversationReader reader, TimeProvider time, ILogger<PushGroups> logger)
{
    /// <summary>The time to live of a membership.</summary>
    public static readonly TimeSpan Ttl = TimeSpan.FromDays(30);

    /// <summary>How long a caller waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private const int MaxParallel = 16;

    /// <summary>Adds or removes users by their member documents, within two seconds. Failures are logged.</summary>
    /// <returns>When the memberships expire; null when that isn't certain for all of them.</returns>
    /// <remarks>Delivery does it again. A user who is still missing is added at their next negotiate.</remarks>
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

    /// <summary>Adds or removes users by their member documents.</summary>
    /// <returns>When the memberships expire.</returns>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
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

    /// <summary>Removes everybody from the group of a deleted conversation.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
    public Task EmptyAsync(ConversationId conversation, IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        ForEachAsync(users, user => hub.LeaveAsync(user, conversation, cancellationToken), cancellationToken);

    /// <summary>
    /// The member document may change between the read and the call to SignalR, so it is read again afterwards. The last of two
    /// racing calls corrects the group.
    /// </summary>
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

            await (isMember
                ? hub.JoinAsync(user, conversation, Ttl, cancellationToken)
                : hub.LeaveAsync(user, conversation, cancellationToken));
            isIn = isMember;
        }
    }

    private static Task ForEachAsync(IReadOnlyList<UserId> users, Func<UserId, Task> act, CancellationToken cancellationToken) =>
        Each.TryAsync(users, MaxParallel, (user, _) => act(user), cancellationToken);
}
