using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Blocks;

/// <summary>Stores <see cref="Block"/>s. Each write replaces only an older version, so it may come late and twice.</summary>
public sealed class BlockStore(ChatContainers containers, PrivacyReader privacy, TimeProvider time)
{
    /// <summary>Documents that one request to the store brings; a longer list takes several.</summary>
    private const int MaxPage = 1_000;

    /// <summary>A user's block, mute or restriction of another one, also one that was taken back; null when there is none.</summary>
    public async Task<Block?> ReadAsync(string type, UserId user, UserId other, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            Block.DocumentId(type, other),
            new PartitionKey(user.Value),
            ChatJson.Default.Block,
            cancellationToken: cancellationToken)).Document;

    /// <summary>
    /// Why a user can't block, mute or restrict another one; null where they can, or do already. Not exact: requests at the same instant
    /// may make a few more than the limit.
    /// </summary>
    internal async Task<Problem?> RefusalAsync(
        string type,
        UserId user,
        UserId other,
        (string Name, int Most) limit,
        CancellationToken cancellationToken)
    {
        if (other == UserId.None || other == user)
        {
            return other == user ? Problems.NotAnother : Problems.NotAUser;
        }

        return await ReadAsync(type, user, other, cancellationToken) is not { IsActive: true }
            && await CountAsync(type, user, cancellationToken) >= limit.Most
            ? Problems.LimitReached(limit.Name, limit.Most)
            : null;
    }

    /// <summary>Blocks, mutes or restricts a user, or takes it back. What is so already is left as it is.</summary>
    /// <param name="type">Which of them.</param>
    /// <param name="user">Who does.</param>
    /// <param name="other">Whom.</param>
    /// <param name="isActive">Whether they do.</param>
    /// <param name="announce">Called before each try with what is about to be written, or is there already.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The block as it is then.</returns>
    public async Task<Block> SetAsync(
        string type,
        UserId user,
        UserId other,
        bool isActive,
        Func<Block, Task> announce,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                Block.DocumentId(type, other),
                new PartitionKey(user.Value),
                ChatJson.Default.Block,
                cancellationToken: cancellationToken);
            if (before?.IsActive == isActive)
            {
                await announce(before);
                return before;
            }

            // Taking back what isn't there is written too: a head may still carry a block whose tombstone is gone.
            var now = time.GetUtcNow();
            var after = new Block
            {
                Type = type,
                UserId = user,
                OtherUserId = other,
                IsActive = isActive,
                Version = Math.Max(before?.Version + 1 ?? 0, now.ToUnixTimeMilliseconds()),
                At = now,
            };
            await announce(after);
            if (await TryWriteAsync(after, etag, cancellationToken))
            {
                return after;
            }
        }
    }

    /// <summary>Copies a block to the partition of the user who is blocked, where nothing newer is.</summary>
    public async Task CopyAsync(Block block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(block);
        var copy = block.ToCopy();
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                copy.Id,
                new PartitionKey(copy.UserId.Value),
                ChatJson.Default.Block,
                cancellationToken: cancellationToken);
            if (before?.Version >= copy.Version || await TryWriteAsync(copy, etag, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Notes that there is a block between a user and somebody: from then on, others look for it.</summary>
    public async Task NoteAsync(UserId user, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                PrivacySettings.DocumentId,
                partition,
                ChatJson.Default.PrivacySettings,
                cancellationToken: cancellationToken);
            if (before is { HasBlocks: true })
            {
                return;
            }

            var after = before ?? new PrivacySettings { UserId = user };
            after = after with { HasBlocks = true, Version = after.Version + 1 };
            if (await containers.Users.TryWriteDocumentAsync(
                after,
                PrivacySettings.DocumentId,
                partition,
                etag,
                ChatJson.Default.PrivacySettings,
                cancellationToken))
            {
                privacy.Changed(after);
                return;
            }
        }
    }

    /// <summary>Those of some users whom a user blocks, or who block the user.</summary>
    public async Task<IReadOnlyDictionary<UserId, Blocked>> AmongAsync(
        UserId user,
        IEnumerable<UserId> others,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        var ids = others.Where(other => other != user).Distinct().SelectMany(other => new[]
        {
            (Block.DocumentId(Block.Of, other), partition),
            (Block.DocumentId(Block.By, other), partition),
        }).ToList();
        return (ids.Count == 0 ? [] : await containers.Users.ReadDocumentsAsync(
            ids,
            ChatJson.Default.DocumentsPageBlock,
            cancellationToken: cancellationToken))
            .Where(block => block.IsActive)
            .GroupBy(block => block.OtherUserId, block => block.Type == Block.Of ? Blocked.ByUser : Blocked.ByOther)
            .ToDictionary(one => one.Key, one => one.Aggregate((all, next) => all | next));
    }

    /// <summary>
    /// The blocks and restrictions that hold between two users, whoever's they are. Whoever made one before they had a conversation found
    /// none to put it on.
    /// </summary>
    public async Task<IReadOnlyList<Block>> BetweenAsync(UserId one, UserId other, CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(
            ReadAsync(Block.Of, one, other, cancellationToken),
            ReadAsync(Block.Of, other, one, cancellationToken),
            ReadAsync(Block.Restriction, one, other, cancellationToken),
            ReadAsync(Block.Restriction, other, one, cancellationToken));
        return [.. all.OfType<Block>().Where(block => block.IsActive)];
    }

    /// <summary>A page of those whom a user blocks, mutes or restricts, ordered by user id, after a user.</summary>
    public async Task<IReadOnlyList<Block>> PageAsync(
        string type,
        UserId user,
        UserId? after,
        int take,
        CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @take * FROM c WHERE c.id > @after AND c.id < @end AND c.isActive = true ORDER BY c.id")
                .WithParameter("@take", take)
                .WithParameter("@after", $"{type}:{after}")
                .WithParameter("@end", $"{type};"),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageBlock,
            pageSize: Math.Min(take, MaxPage),
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <summary>How many they are. A long list is counted page by page.</summary>
    private async Task<int> CountAsync(string type, UserId user, CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.id > @after AND c.id < @end AND c.isActive = true")
                .WithParameter("@after", $"{type}:")
                .WithParameter("@end", $"{type};"),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInt32,
            cancellationToken: cancellationToken).SumAsync(cancellationToken);

    private Task<bool> TryWriteAsync(Block block, string? etag, CancellationToken cancellationToken) =>
        containers.Users.TryWriteDocumentAsync(
            block,
            block.Id,
            new PartitionKey(block.UserId.Value),
            etag,
            ChatJson.Default.Block,
            cancellationToken);
}
