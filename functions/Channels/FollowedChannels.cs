using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Channels;

/// <summary>
/// The list of channels that a user follows: one query of their subscriptions and one read of all heads, which are up to 5 s old.
/// </summary>
public sealed class FollowedChannels(
    SubscriptionStore store,
    ChatContainers containers,
    BlockReader blocks,
    TimeProvider time)
{
    /// <summary>Of channels that are gone, as many subscriptions are ended by one call: some 25 RU each.</summary>
    private const int MaxEnded = 5;

    private readonly ShortCache<ConversationId, Head> _heads = new(time);

    /// <summary>All that a user follows, newest activity first.</summary>
    internal async Task<IReadOnlyList<ConversationSummaryView>> ListAsync(UserId user, CancellationToken cancellationToken)
    {
        var followed = await store.FollowedAsync(user, cancellationToken);
        var heads = await ReadHeadsAsync([.. followed.Select(one => one.ConversationId)], cancellationToken);
        var gone = followed.Where(one => heads.TryGetValue(one.ConversationId, out var head) && !head.HasFollowers);
        foreach (var one in gone.Take(MaxEnded))
        {
            await store.LeaveAsync(user, one.ConversationId, cancellationToken);
        }

        var shown = followed.Where(one => heads.TryGetValue(one.ConversationId, out var head) && head.HasFollowers)
            .Select(one => (Subscription: one, Head: heads[one.ConversationId]))
            .OrderByDescending(one => one.Head.LastMessage?.At ?? one.Head.CreatedAt)
            .ThenBy(one => one.Head.ConversationId.Value, StringComparer.Ordinal)
            .ToList();
        var speakers = shown.Select(one => one.Head.LastMessage?.SenderId).OfType<UserId>();
        var blocked = await blocks.BlockedAsync(user, speakers, cancellationToken);
        return [.. shown.Select(one => ConversationSummaryView.Of(one.Head, one.Subscription, blocked))];
    }

    private async Task<Dictionary<ConversationId, Head>> ReadHeadsAsync(
        IReadOnlyList<ConversationId> channels,
        CancellationToken cancellationToken)
    {
        var heads = new Dictionary<ConversationId, Head>();
        List<ConversationId> missing = [];
        foreach (var channel in channels)
        {
            if (_heads.TryGet(channel, out var head))
            {
                heads[channel] = head;
            }
            else
            {
                missing.Add(channel);
            }
        }

        IReadOnlyList<Head> read = missing.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            missing.Select(channel => (Head.DocumentId, new PartitionKey(channel.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken);
        foreach (var head in read)
        {
            _heads.Keep(head.ConversationId, head);
            heads[head.ConversationId] = head;
        }

        return heads;
    }
}
