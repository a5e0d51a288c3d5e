using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Channels;

/// <summary>Tells whether a user follows a channel.</summary>
internal static class StoredSubscriptions
{
    /// <summary>The subscription of a user who follows a channel; null where they don't, or it is none.</summary>
    public static async Task<Subscription?> FollowingAsync(
        this ChatContainers containers,
        Head head,
        UserId user,
        CancellationToken cancellationToken)
    {
        if (!head.HasFollowers)
        {
            return null;
        }

        var found = await containers.Users.ReadSubscriptionAsync(user, head.ConversationId, cancellationToken);
        return found.Document is { IsFollowing: true } following ? following : null;
    }

    /// <summary>A subscription as it is stored. That a user doesn't follow is never what a lagging replica says.</summary>
    /// <exception cref="CosmosException">The store couldn't tell.</exception>
    public static async Task<StoredDocument<Subscription>> ReadSubscriptionAsync(
        this Container users,
        UserId user,
        ConversationId channel,
        CancellationToken cancellationToken)
    {
        var found = await FindAsync();
        // They may have followed by another instance just now. An exclusion is for good.
        return found.Document is { State: not SubscriptionState.Left } ? found
            : await users.RefreshSubscriptionAsync(user, channel, cancellationToken) ? await FindAsync()
            : default;

        Task<StoredDocument<Subscription>> FindAsync() => users.ReadDocumentAsync(
            Subscription.DocumentId(channel),
            new PartitionKey(user.Value),
            ChatJson.Default.Subscription,
            cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Makes this process's later reads of a user's partition see everything written by now: by a write whose condition never holds.
    /// </summary>
    /// <returns>Whether there is a subscription, of whatever state.</returns>
    /// <exception cref="CosmosException">The store couldn't tell.</exception>
    public static async Task<bool> RefreshSubscriptionAsync(
        this Container users,
        UserId user,
        ConversationId channel,
        CancellationToken cancellationToken)
    {
        using var refused = await users.PatchItemStreamAsync(
            Subscription.DocumentId(channel),
            new PartitionKey(user.Value),
            [PatchOperation.Set("/version", 0)],
            new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.id = ''", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (refused.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
        {
            refused.EnsureSuccessStatusCode();
        }

        return refused.StatusCode != HttpStatusCode.NotFound;
    }
}
