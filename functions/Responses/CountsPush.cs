using System.Text.Json.Serialization;
using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Responses;

/// <summary>
/// Pushes the counts of a channel's posts to its members and to who watches it: those that changed, together, once for each debounce
/// window, and for ten of them where only views did. Whoever misses some sees them when they read the posts.
/// </summary>
public sealed class CountsPush(
    ConversationReader reader,
    ChatContainers containers,
    DeliveryQueue queue,
    WatchGroups watchers,
    EventPush push,
    DeliveryOptions options,
    TimeProvider time)
{
    /// <summary>Of how many posts a push tells: 5 KB each at most. The others' counts are told to who reads them.</summary>
    private const int MaxPosts = 20;

    /// <summary>How far the store's clock, which stamps whole seconds, may be behind.</summary>
    private static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(2);

    private readonly DebounceWindows<ConversationId> _windows = new(options.InboxWindow, time);
    private readonly DebounceWindows<ConversationId> _longer = new(options.InboxWindow * 10, time);

    /// <summary>Has the counts pushed that are stored at the end of the window.</summary>
    public Task ScheduleAsync(ConversationId channel, bool isOfViews, CancellationToken cancellationToken)
    {
        var (windows, length) = isOfViews ? (_longer, options.InboxWindow * 10) : (_windows, options.InboxWindow);
        return windows.ScheduleAsync(channel, end => queue.EnqueueAsync(
            new PushCounts
            {
                ConversationId = channel,
                // No window is scheduled earlier before its end.
                Since = (end - (1.5 * length) - MaxSkew).ToUnixTimeSeconds(),
                WindowEnd = end.ToUnixTimeMilliseconds(),
            },
            end,
            cancellationToken));
    }

    /// <summary>Pushes the counts as they are.</summary>
    public async Task PushAsync(PushCounts message, CancellationToken cancellationToken)
    {
        // The queue kept one message of those that were sent within the window.
        var channel = message.ConversationId;
        await reader.RefreshSessionAsync(channel, cancellationToken);
        if (await reader.ReadHeadAsync(channel, null, cancellationToken) is not { DeletedAt: null } head)
        {
            return;
        }

        var changed = await ChangedAsync(channel, message.Since, cancellationToken);
        if (changed.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        ChatEvent[] told =
        [
            .. changed.Select(post => new ChatEvent(PostCountsView.Updated, channel, null, now, post.Total().ToView(post.Ordinal))),
        ];
        await push.PushTogetherAsync(head, [], told, cancellationToken);
        await push.PushToGroupAsync(watchers.Of(channel), told, cancellationToken);
    }

    /// <summary>The newest counts that were written since a second. They cost the same however many posts there are.</summary>
    internal async Task<IReadOnlyList<FoldedCounts>> ChangedAsync(
        ConversationId channel,
        long since,
        CancellationToken cancellationToken) =>
        await containers.Conversations.QueryPartitionAsync(
            new QueryDefinition(
                "SELECT TOP @take c.conversationId, c.ordinal, c.shards FROM c"
                + " WHERE c.type = 'counts' AND c._ts >= @since ORDER BY c._ts DESC")
                .WithParameter("@take", MaxPosts)
                .WithParameter("@since", since),
            new PartitionKey(channel.Value),
            ChatJson.Default.DocumentsPageFoldedCounts,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
}

/// <summary>Pushes the counts of a channel's posts at the end of a debounce window.</summary>
public sealed record PushCounts : FanOutMessage
{
    /// <summary>Those that were written since then, in Unix seconds.</summary>
    public required long Since { get; init; }

    /// <summary>In Unix milliseconds.</summary>
    public required long WindowEnd { get; init; }

    /// <summary>Windows of both lengths may end at once: the longer one tells of more.</summary>
    [JsonIgnore]
    public override string MessageId => $"{ConversationId}:c{Since}-{WindowEnd}";
}
