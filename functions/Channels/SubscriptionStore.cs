using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Erasure;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Channels;

/// <summary>Reads and changes who follows which channel.</summary>
/// <remarks>
/// The subscription is written first, and counted then. After a crash in between, a repeat counts it. Two that race count by what is stored
/// last, because each asks again whether it is so.
/// </remarks>
public sealed class SubscriptionStore(ChatContainers containers, Followers followers, Limits limits, TimeProvider time)
{
    private readonly Container _users = containers.Users;

    /// <summary>The subscription, also one that ended; null when the user never followed.</summary>
    public async Task<Subscription?> ReadAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        (await ReadStoredAsync(user, channel, cancellationToken)).Document;

    /// <summary>All that a user follows, unordered.</summary>
    public async Task<IReadOnlyList<Subscription>> FollowedAsync(UserId user, CancellationToken cancellationToken) =>
        await _users.QueryPartitionAsync(
            OfUser("SELECT c.userId, c.conversationId, c.state, c.joinedOrdinal, c.readOrdinal, c.notify, c.mutedUntil, c.version FROM c"),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageSubscription,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <summary>The refusal for a user who follows as many as may be; null for others.</summary>
    internal async Task<Problem?> FullRefusalAsync(UserId user, CancellationToken cancellationToken) =>
        await CountAsync(user, cancellationToken) >= limits.Subscriptions
            ? Problems.LimitReached("subscriptions", limits.Subscriptions)
            : null;

    /// <summary>Makes a user follow a channel, or changes what they want of it.</summary>
    /// <param name="user">Who follows.</param>
    /// <param name="head">The channel.</param>
    /// <param name="change">What they want of it.</param>
    /// <param name="refusal">The refusal for a user who doesn't follow it yet; null where they may.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The subscription and whether it is new; or the refusal, also of a user who was excluded.</returns>
    internal async Task<(Subscription? Subscription, bool IsNew, Problem? Refusal)> FollowAsync(
        UserId user,
        Head head,
        SubscribeRequest change,
        Problem? refusal,
        CancellationToken cancellationToken)
    {
        var channel = head.ConversationId;
        for (var (attempt, isTried) = (0, refusal is not null); ; (attempt, isTried) = (Contention.Next(attempt), true))
        {
            // Most follow for the first time: nothing is read for them.
            var (before, etag) = isTried ? await ReadStoredAsync(user, channel, cancellationToken) : default;
            if (before is { State: SubscriptionState.Excluded })
            {
                return (null, false, Problems.ConversationNotFound);
            }

            if (before is not { IsFollowing: true } && refusal is not null)
            {
                return (null, false, refusal);
            }

            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var version = Math.Max(now, before?.Version + 1 ?? 0);
            var isNew = before is not { IsFollowing: true };
            var after = change.ApplyTo(isNew
                ? new Subscription
                {
                    UserId = user,
                    ConversationId = channel,
                    State = SubscriptionState.Following,
                    JoinedOrdinal = head.MessageCount,
                    Version = version,
                }
                : before!);
            if (after == before || await TryWriteAsync(after = after with { Version = version }, etag, cancellationToken))
            {
                await CountAsync(user, channel, isFollowing: true, cancellationToken);
                return (after, isNew, null);
            }
        }
    }

    /// <summary>Ends a subscription. Where there is none, nothing changes but what a call that got no further left undone.</summary>
    /// <returns>The subscription afterwards; null when there never was one.</returns>
    public Task<Subscription?> LeaveAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        EndAsync(user, channel, SubscriptionState.Left, cancellationToken);

    /// <summary>Keeps a user from following a channel, whether or not they do.</summary>
    public Task<Subscription?> ExcludeAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        EndAsync(user, channel, SubscriptionState.Excluded, cancellationToken);

    /// <summary>Raises a follower's read watermark.</summary>
    /// <returns>False when it was there already, or they don't follow.</returns>
    public Task<bool> RaiseReadAsync(UserId user, ConversationId channel, long ordinal, CancellationToken cancellationToken) =>
        RaiseReadAsync(user, channel, ordinal, $"c.readOrdinal < {ordinal}", cancellationToken);

    /// <summary>Raises a follower's read watermark from where it was read: of several that race from there, one does.</summary>
    /// <returns>False when it isn't there any more, or is as high already.</returns>
    public async Task<bool> RaiseReadAsync(Subscription before, long ordinal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        return ordinal > before.ReadOrdinal && await RaiseReadAsync(
            before.UserId,
            before.ConversationId,
            ordinal,
            $"c.readOrdinal = {before.ReadOrdinal} AND c.joinedOrdinal = {before.JoinedOrdinal}",
            cancellationToken);
    }

    private async Task<bool> RaiseReadAsync(
        UserId user,
        ConversationId channel,
        long ordinal,
        string condition,
        CancellationToken cancellationToken)
    {
        using var response = await _users.PatchItemStreamAsync(
            Subscription.DocumentId(channel),
            new PartitionKey(user.Value),
            [PatchOperation.Set("/readOrdinal", ordinal), PatchOperation.Increment("/version", 1)],
            new PatchItemRequestOptions
            {
                FilterPredicate = $"FROM c WHERE c.state = 'following' AND {condition}",
                EnableContentResponseOnWrite = false,
            },
            cancellationToken);
        if (response.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }

    private async Task<Subscription?> EndAsync(
        UserId user,
        ConversationId channel,
        SubscriptionState state,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await ReadStoredAsync(user, channel, cancellationToken);
            if (before is null && (state == SubscriptionState.Left || await _users.IsErasedAsync(user, cancellationToken)))
            {
                await CountAsync(user, channel, isFollowing: false, cancellationToken);
                return null;
            }

            var at = time.GetUtcNow();
            var now = at.ToUnixTimeMilliseconds();
            var after = before is null
                ? new Subscription { UserId = user, ConversationId = channel, State = state, Version = now }
                : before with
                {
                    State = state,
                    Version = Math.Max(now, before.Version + 1),
                    EndedAt = before.IsFollowing ? at : before.EndedAt,
                };
            if (before?.State == state || before?.State == SubscriptionState.Excluded)
            {
                after = before;
            }
            else if (!await TryWriteAsync(after, etag, cancellationToken))
            {
                continue;
            }

            await CountAsync(user, channel, after.IsFollowing, cancellationToken);
            return after;
        }
    }

    /// <summary>Counts the user by what is stored, until that hasn't changed meanwhile.</summary>
    private async Task CountAsync(UserId user, ConversationId channel, bool isFollowing, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            await followers.SetAsync(channel, user, isFollowing, cancellationToken);
            if (!await _users.HasChangedAsync(user, channel, isFollowing, cancellationToken))
            {
                return;
            }

            isFollowing = !isFollowing;
        }
    }

    private async Task<int> CountAsync(UserId user, CancellationToken cancellationToken) =>
        await _users.QueryPartitionAsync(
            OfUser("SELECT VALUE COUNT(1) FROM c"),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInt32,
            cancellationToken: cancellationToken).FirstOrDefaultAsync(cancellationToken);

    private static QueryDefinition OfUser(string select) =>
        new QueryDefinition($"{select} WHERE c.id > @from AND c.id < @end AND c.state = 'following'")
            .WithParameter("@from", Subscription.Prefix)
            .WithParameter("@end", Subscription.Prefix[..^1] + ';');

    private Task<StoredDocument<Subscription>> ReadStoredAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        _users.ReadSubscriptionAsync(user, channel, cancellationToken);

    private Task<bool> TryWriteAsync(Subscription subscription, string? etag, CancellationToken cancellationToken) =>
        _users.TryWriteDocumentAsync(
            subscription,
            subscription.Id,
            new PartitionKey(subscription.UserId.Value),
            etag,
            ChatJson.Default.Subscription,
            cancellationToken);
}
