using Chat.Functions.Channels;
using Chat.Functions.Shared;

namespace Chat.Functions.Responses;

/// <summary>Reads posts' counts, up to 5 s old, and what a viewer did to them.</summary>
/// <remarks>A page's counts are one read-many that all viewers share; what the viewer did is another, in one partition or two.</remarks>
public sealed class PostCountsReader(ChatContainers containers, TimeProvider time)
{
    /// <summary>Up to 64 KB each.</summary>
    private const int MaxKept = 500;

    private readonly ShortCache<(ConversationId Channel, long Ordinal), FoldedCounts> _kept = new(time, MaxKept);

    /// <summary>A post's counts in all shards.</summary>
    internal async Task<FoldedCounts> ReadAsync(ConversationId channel, long ordinal, CancellationToken cancellationToken) =>
        (await ReadAsync(channel, [ordinal], cancellationToken))[ordinal];

    /// <summary>The totals of posts, by their ordinals.</summary>
    internal async Task<IReadOnlyDictionary<long, PostTotals>> TotalsAsync(
        ConversationId channel,
        IReadOnlyCollection<long> ordinals,
        CancellationToken cancellationToken) =>
        (await ReadAsync(channel, ordinals, cancellationToken)).ToDictionary(one => one.Key, one => one.Value.Total());

    /// <summary>What a user did to posts, by their ordinals; those without a response are left out.</summary>
    internal async Task<IReadOnlyDictionary<long, PostResponse>> OwnAsync(
        ConversationId channel,
        UserId user,
        IReadOnlyCollection<long> ordinals,
        CancellationToken cancellationToken)
    {
        var found = await containers.Conversations.ReadDocumentsAsync(
            ordinals.Select(ordinal => (
                PostResponse.DocumentId(ordinal, user), ResponseShard.Of(channel, user, ordinal).Partition)),
            ChatJson.Default.DocumentsPagePostResponse,
            cancellationToken: cancellationToken);
        return found.ToDictionary(one => one.Ordinal);
    }

    private async Task<Dictionary<long, FoldedCounts>> ReadAsync(
        ConversationId channel,
        IReadOnlyCollection<long> ordinals,
        CancellationToken cancellationToken)
    {
        var known = new Dictionary<long, FoldedCounts>();
        List<long> missing = [];
        foreach (var ordinal in ordinals)
        {
            if (_kept.TryGet((channel, ordinal), out var counts))
            {
                known[ordinal] = counts;
            }
            else
            {
                missing.Add(ordinal);
            }
        }

        IReadOnlyList<FoldedCounts> found = missing.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            missing.Select(FoldedCounts.DocumentId),
            channel,
            ChatJson.Default.DocumentsPageFoldedCounts,
            cancellationToken: cancellationToken);
        var read = found.ToDictionary(one => one.Ordinal);
        foreach (var ordinal in missing)
        {
            known[ordinal] = read.GetValueOrDefault(ordinal) ?? FoldedCounts.None(channel, ordinal);
            _kept.Keep((channel, ordinal), known[ordinal]);
        }

        return known;
    }
}
