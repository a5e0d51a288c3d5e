using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Keeps a group conversation's SignalR group (push group) in line with its members, so that one send reaches them all.
/// </summary>
/// <remarks>
/// Memberships have a time to live: of those without one, SignalR keeps only the latest 100 per user. They are added some seconds after
/// a member joined (<see cref="AddedAfter"/>), and renewed by <see cref="PushGroupRenewal"/>. Losing one costs pushes, never messages.
/// </remarks>
public sealed class PushGroups(ChatHub hub, ConversationReader reader, TimeProvider time, ILogger<PushGroups> logger)
{
    /// <summary>The time to live of a membership.</summary>
    public static readonly TimeSpan Ttl = TimeSpan.FromDays(30);

    /// <summary>How old the head may be at most when a push of log events to a push group begins.</summary>
    public static readonly TimeSpan MaxHeadAge = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after joining a member is added. A new member must not receive earlier messages, and another instance may be pushing one
    /// by a head from before the join. A join is stored up to <see cref="ConversationLog.CallTimeout"/> after its instant, as its commit is
    /// tried for so long. A push by an older head begins within <see cref="MaxHeadAge"/> and ends within
    /// <see cref="EventPush.Timeout"/>. One second is added for clock skew, replica lag and requests on their way. Until then the member
    /// gets direct pushes. Members since the group was created are added at once: there is nothing earlier.
    /// </summary>
    public static readonly TimeSpan AddedAfter =
        ConversationLog.CallTimeout + MaxHeadAge + EventPush.Timeout + TimeSpan.FromSeconds(1);

    /// <summary>How long a caller waits.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

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

        using var timeout = new CancellationTokenSource(Timeout, time);
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
    /// <returns>When the memberships expire; null when somebody joined a moment ago and isn't added yet.</returns>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
    public async Task<DateTimeOffset?> AlignAsync(
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        Session? session,
        CancellationToken cancellationToken)
    {
        var (until, isAnyEarly) = (time.GetUtcNow() + Ttl, false);
        await ForEachAsync(
            users,
            async user =>
            {
                if (await AlignUserAsync(conversation, user, session, cancellationToken))
                {
                    isAnyEarly = true;
                }
            },
            cancellationToken);
        return isAnyEarly ? null : until;
    }

    /// <summary>Renews a user's membership, unless a replica shows an older state than a join that is known of.</summary>
    /// <param name="conversation">The group.</param>
    /// <param name="user">The user.</param>
    /// <param name="joinedSeq">The entry by which they joined, as far as is known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// False if the member document that was read doesn't show a member who may be added, or is older than <paramref name="joinedSeq"/>. It
    /// isn't read again after the user was added: the caller must check.
    /// </returns>
    public async Task<bool> TryRenewAsync(
        ConversationId conversation,
        UserId user,
        long joinedSeq,
        CancellationToken cancellationToken)
    {
        var member = await reader.ReadMemberAsync(conversation, user, cancellationToken);
        var isIn = IsIn(member) && member?.JoinedSeq >= joinedSeq;
        if (isIn)
        {
            await hub.JoinAsync(user, conversation, Ttl, cancellationToken);
        }

        return isIn;
    }

    /// <summary>Removes everybody from the group of a deleted conversation.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm all of them.</exception>
    public Task EmptyAsync(ConversationId conversation, IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        ForEachAsync(users, user => hub.LeaveAsync(user, conversation, cancellationToken), cancellationToken);

    /// <summary>
    /// Aligns the group with a user's member document. That may change between the read and the call to SignalR, so it is read again
    /// afterwards. The last of two racing calls corrects the group. Who came back a moment ago is removed once more, as SignalR may not
    /// have removed them when they left.
    /// </summary>
    /// <returns>Whether the user is a member who must not be added yet.</returns>
    private async Task<bool> AlignUserAsync(
        ConversationId conversation,
        UserId user,
        Session? session,
        CancellationToken cancellationToken)
    {
        bool? was = null;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var member = await reader.ReadMemberAsync(conversation, user, session, cancellationToken);
            var isIn = IsIn(member);
            if (isIn == was)
            {
                return !isIn && member is { State: MemberState.Active };
            }

            await (isIn
                ? hub.JoinAsync(user, conversation, Ttl, cancellationToken)
                : hub.LeaveAsync(user, conversation, cancellationToken));
            was = isIn;
        }
    }

    private bool IsIn(Member? member) =>
        member is { State: MemberState.Active } && (member.JoinedSeq == 1 || member.JoinedAt + AddedAfter <= time.GetUtcNow());

    private static Task ForEachAsync(IReadOnlyList<UserId> users, Func<UserId, Task> act, CancellationToken cancellationToken) =>
        Each.TryAsync(users, MaxParallel, (user, _) => act(user), cancellationToken);
}
