using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Aligns a conversation's push group with joins and leaves, and ends the following and watching of who is gone from a channel. It is
/// retried until SignalR confirms it.
/// </summary>
public sealed class PushGroupAlignment(
    CommittedReader log,
    ConversationReader reader,
    PushGroups groups,
    SubscriptionStore subscriptions,
    WatchGroups watchers,
    InboxProjection inbox)
{
    private const int MaxParallel = 16;

    /// <summary>Adds users to the push group, or removes them, as their memberships are now.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm it for all users.</exception>
    /// <exception cref="TimeoutException">One of them joined a moment ago: it is too early.</exception>
    public async Task AlignAsync(AlignPushGroup align, CancellationToken cancellationToken)
    {
        // By the newest state: an older one might add a user who has left since.
        await reader.RefreshSessionAsync(align.ConversationId, cancellationToken);
        var (head, session) = await log.ReadHeadAsync(align.ConversationId, align.Seq, null, cancellationToken);
        if (head.DeletedAt is not null)
        {
            await groups.EmptyAsync(align.ConversationId, align.Users, cancellationToken);
            return;
        }

        // The push group comes first: a failure in the channel's part must not delay the removal of users who left.
        var until = await groups.AlignAsync(align.ConversationId, align.Users, session, cancellationToken);
        if (head.IsChannel)
        {
            // The request by which they are gone may have ended before it did so.
            await Each.TryAsync(
                align.Users,
                MaxParallel,
                (user, cancel) => EndFollowingAsync(head, user, session, cancel),
                cancellationToken);
        }

        // Notes in each user's inbox when their membership of the push group ends. Users who left have no entry that takes it.
        var known = until ?? throw new TimeoutException("Somebody joined a moment ago.");
        await Each.TryAsync(
            align.Users,
            MaxParallel,
            (user, cancel) => inbox.TrySetPushUntilAsync(user, align.ConversationId, known, cancel),
            cancellationToken);
    }

    /// <summary>Ends the following of who was removed, and the watching of who neither follows nor is a member any more.</summary>
    private async Task EndFollowingAsync(Head channel, UserId user, Session? session, CancellationToken cancellationToken)
    {
        var id = channel.ConversationId;
        var state = (await reader.ReadMemberAsync(id, user, session, cancellationToken))?.State;
        if (state == MemberState.Active)
        {
            return;
        }

        if (state == MemberState.Removed)
        {
            await subscriptions.ExcludeAsync(user, id, cancellationToken);
        }

        await reader.RefreshPartAsync(user, id, cancellationToken);
        if (await reader.ReadSubscriptionAsync(channel, user, cancellationToken) is null)
        {
            await watchers.LeaveAsync(user, id, cancellationToken);
        }
    }
}
