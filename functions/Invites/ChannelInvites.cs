using Chat.Functions.Blocks;
using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.RateLimits;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>Makes users follow channels by invite links.</summary>
/// <remarks>
/// The use of the link is counted first, in the channel's partition, and then the user follows, in their own. After a crash in between, a
/// repeat finds the use. One that isn't repeated stays counted.
/// </remarks>
public sealed class ChannelInvites(
    ConversationReader reader,
    SubscriptionStore subscriptions,
    InviteLinkStore store,
    BlockReader blocks,
    DailyLimits daily,
    EventPush push,
    TimeProvider time)
{
    /// <summary>How many conflicts a call retries before it answers 503.</summary>
    private const int MaxTries = 20;

    /// <summary>Makes a user who isn't a member follow a channel. Whoever follows already uses nothing up. Idempotent.</summary>
    /// <returns>The subscription and the session token by which a reader sees the use, if it was one; or the refusal.</returns>
    public async Task<(Subscription? Subscription, Session? Session, Problem? Refusal)> FollowAsync(
        UserId user,
        Head channel,
        InviteCode invite,
        CancellationToken cancellationToken)
    {
        var known = await subscriptions.ReadAsync(user, channel.ConversationId, cancellationToken);
        if (!channel.HasFollowers
            || known is { State: SubscriptionState.Excluded }
            || await reader.IsRemovedAsync(channel, user, cancellationToken))
        {
            return (null, null, Problems.InviteNotFound);
        }

        Session? session = null;
        if (known is not { IsFollowing: true })
        {
            if (await daily.CountJoinAsync(user, channel.ConversationId, cancellationToken) is { } joinRefusal)
            {
                return (null, null, joinRefusal);
            }

            (var useRefusal, session) = await UseAsync(user, invite, cancellationToken);
            if (useRefusal is not null)
            {
                return (null, null, useRefusal);
            }
        }

        // Also for who follows already: the call before may not have counted them. Whether the others may was looked at with the link.
        var (subscription, isNew, refusal) = await subscriptions.FollowAsync(
            user,
            channel,
            SubscribeRequest.Nothing,
            refusal: null,
            cancellationToken);
        if (refusal is not null)
        {
            return (null, null, refusal == Problems.ConversationNotFound ? Problems.InviteNotFound : refusal);
        }

        if (isNew)
        {
            var view = SubscriptionView.Of(subscription!);
            await push.PushToUserAsync(user, SubscriptionView.Updated, channel.ConversationId, view, null, cancellationToken);
        }

        return (subscription, session, null);
    }

    /// <summary>Counts a user as one use of a link, once however often they come by it within a day.</summary>
    private async Task<(Problem? Refusal, Session? Session)> UseAsync(
        UserId user,
        InviteCode invite,
        CancellationToken cancellationToken)
    {
        for (var (attempt, isNewest, mayBeRepeat) = (0, false, false); attempt < MaxTries; attempt++)
        {
            var (links, _) = await store.ReadAsync(invite.Conversation, cancellationToken);

            // Most come by it for the first time: whether they did before is looked up where it matters.
            var isRepeat = mayBeRepeat && await store.IsUsedAsync(invite, user, cancellationToken);
            if (links.Find(invite.LinkId, isRepeat, time.GetUtcNow()) is not { } link)
            {
                if (isNewest)
                {
                    return (Problems.InviteNotFound, null);
                }

                // They may have used it up themselves. Or it may be so new that this replica doesn't have it.
                await reader.RefreshSessionAsync(invite.Conversation, cancellationToken);
                (isNewest, mayBeRepeat) = (true, true);
                continue;
            }

            // Whoever made the link hasn't let in somebody whom they block, or who blocks them.
            if ((await blocks.BetweenAsync(user, [link.CreatedBy], cancellationToken)).Count > 0)
            {
                return (Problems.InviteNotFound, null);
            }

            if (await subscriptions.FullRefusalAsync(user, cancellationToken) is { } fullRefusal)
            {
                return (fullRefusal, null);
            }

            if (isRepeat)
            {
                return default;
            }

            var use = InviteUse.Of(invite.Conversation, user, invite.LinkId);
            var (isCounted, session) = await store.TryUseAsync(links, link, use, cancellationToken);
            if (isCounted)
            {
                return (null, session);
            }

            mayBeRepeat = true;
            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return (Problems.Unavailable, null);
    }
}
