using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Blocks;

/// <summary>Stores <see cref="Block"/>s. Each write replaces only an older version, so it may come late and twice.</summary>
public sealed class BlockStore(ChatContainers containers, PrivacyReader privacy, TimeProvider time)
{
    /// <summary>Documents that one request to the store brings; a longer list takes several.</summary>
    private const int MaxPage = 1_000;

    /// <summary>A user's block of another one, also one that was taken back; null when there is none.</summary>
    public async Task<Block?> ReadAsync(UserId user, UserId other, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            Block.DocumentId(Block.Of, other),
            new PartitionKey(user.Value),
            ChatJson.Default.Block,
            cancellationToken: cancellationToken)).Document;

    /// <summary>Blocks a user, or takes it back. What is so already is left as it is.</summary>
    /// <param name="user">Who blocks.</param>
    /// <param name="other">Whom.</param>
    /// <param name="isActive">Whether they do.</param>
    /// <param name="announce">Called before each try with what is about to be written, or is there already.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The block as it is then.</returns>
    public async Task<Block> SetAsync(
        UserId user,
        UserId other,
        bool isActive,
        Func<Block, Task> announce,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                Block.DocumentId(Block.Of, other),
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
                Type = Block.Of,
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

    /// <summary>A page of those whom a user blocks, ordered by user id, after a user.</summary>
    public async Task<IReadOnlyList<Block>> PageAsync(UserId user, UserId? after, int take, CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @take * FROM c WHERE c.id > @after AND c.id < @end AND c.isActive = true ORDER BY c.id")
                .WithParameter("@take", take)
                .WithParameter("@after", $"{Block.Of}:{after}")
                .WithParameter("@end", $"{Block.Of};"),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageBlock,
            pageSize: Math.Min(take, MaxPage),
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <summary>How many a user blocks. A long list is counted page by page.</summary>
    public async Task<int> CountAsync(UserId user, CancellationToken cancellationToken) =>
        await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT VALUE COUNT(1) FROM c WHERE c.id > @after AND c.id < @end AND c.isActive = true")
                .WithParameter("@after", $"{Block.Of}:")
                .WithParameter("@end", $"{Block.Of};"),
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
