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
    /// Makes this process's later reads of a user's part in a channel see everything that is stored by now, but those by a given session.
    /// </summary>
    public static Task RefreshPartAsync(
        this ChatContainers containers,
        UserId user,
        ConversationId channel,
        CancellationToken cancellationToken) => Task.WhenAll(
            containers.Conversations.RefreshSessionAsync(Head.DocumentId, new PartitionKey(channel.Value), cancellationToken),
            containers.Users.RefreshSubscriptionAsync(user, channel, cancellationToken));

    /// <summary>
    /// Makes this process's later reads of a user's partition see everything written by now: by a write whose condition never holds.
    /// </summary>
    /// <returns>Whether there is a subscription, of whatever state.</returns>
    /// <exception cref="CosmosException">The store couldn't tell.</exception>
    public static async Task<bool> RefreshSubscriptionAsync(
        this Container users,
        UserId user,
        ConversationId channel,
        CancellationToken cancellationToken) =>
        await users.TouchAsync(user, channel, "c.id = ''", cancellationToken) != HttpStatusCode.NotFound;

    /// <summary>
    /// Whether a user doesn't follow, or follows, a channel any more, by everything written by now: by a write whose condition holds only
    /// then, and which changes nothing. 1 RU where it doesn't.
    /// </summary>
    /// <exception cref="CosmosException">The store couldn't tell.</exception>
    public static async Task<bool> HasChangedAsync(
        this Container users,
        UserId user,
        ConversationId channel,
        bool wasFollowing,
        CancellationToken cancellationToken) =>
        await users.TouchAsync(user, channel, wasFollowing ? "c.state != 'following'" : "c.state = 'following'", cancellationToken) switch
        {
            HttpStatusCode.PreconditionFailed => false,
            HttpStatusCode.NotFound => wasFollowing,
            _ => true,
        };

    private static async Task<HttpStatusCode> TouchAsync(
        this Container users,
        UserId user,
        ConversationId channel,
        string condition,
        CancellationToken cancellationToken)
    {
        using var touched = await users.PatchItemStreamAsync(
            Subscription.DocumentId(channel),
            new PartitionKey(user.Value),
            [PatchOperation.Set("/type", "subscription")],
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (touched.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
        {
            touched.EnsureSuccessStatusCode();
        }

        return touched.StatusCode;
    }
}
