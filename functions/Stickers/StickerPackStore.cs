using System.Net;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Stickers;

/// <summary>Stores sticker packs, all in one partition of the settings. Of two changes the later one stays.</summary>
public sealed class StickerPackStore(ChatContainers containers)
{
    private static readonly PartitionKey Partition = new(StickerPack.Partition);

    public async Task<StickerPack?> ReadAsync(StickerPackId id, CancellationToken cancellationToken) =>
        (await ReadStoredAsync(id, cancellationToken)).Document;

    /// <summary>All packs, ordered by id.</summary>
    public async Task<IReadOnlyList<StickerPack>> ListAsync(CancellationToken cancellationToken) =>
        await containers.Settings.QueryPartitionAsync(
            new QueryDefinition("SELECT * FROM c ORDER BY c.id"),
            Partition,
            ChatJson.Default.DocumentsPageStickerPack,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <summary>Creates or replaces a pack; false when there are as many already as there can be. Two at once may both find room.</summary>
    public async Task<bool> TryWriteAsync(StickerPack pack, int most, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (_, etag) = await ReadStoredAsync(pack.PackId, cancellationToken);
            if (etag is null && await CountAsync(cancellationToken) >= most)
            {
                return false;
            }

            if (await containers.Settings.TryWriteDocumentAsync(
                pack,
                pack.Id,
                Partition,
                etag,
                ChatJson.Default.StickerPack,
                cancellationToken))
            {
                return true;
            }
        }
    }

    /// <summary>Deletes a pack, if it is there. Messages keep what they show.</summary>
    public async Task DeleteAsync(StickerPackId id, CancellationToken cancellationToken)
    {
        using var deleted = await containers.Settings.DeleteItemStreamAsync(id.Value, Partition, cancellationToken: cancellationToken);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
        {
            deleted.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The content with the sticker that it names, or with a refusal, for the log to decide on, where there is none.</summary>
    public async Task<MessageContent> ShowAsync(MessageContent content, CancellationToken cancellationToken)
    {
        if (content.Sticker is not { } chosen || content.Refusal is not null)
        {
            return content;
        }

        var pack = await ReadAsync(chosen.PackId, cancellationToken);
        return pack?.Stickers.FirstOrDefault(one => one.StickerId == chosen.StickerId) is { } sticker
            ? content with { StickerSnapshot = new(chosen.PackId, sticker.StickerId, sticker.Url, sticker.Description) }
            : content with { Refusal = Problems.StickerNotFound };
    }

    private Task<StoredDocument<StickerPack>> ReadStoredAsync(StickerPackId id, CancellationToken cancellationToken) =>
        containers.Settings.ReadDocumentAsync(id.Value, Partition, ChatJson.Default.StickerPack, cancellationToken: cancellationToken);

    private async Task<int> CountAsync(CancellationToken cancellationToken) =>
        await containers.Settings.QueryPartitionAsync(
            new QueryDefinition("SELECT VALUE COUNT(1) FROM c"),
            Partition,
            ChatJson.Default.DocumentsPageInt32,
            cancellationToken: cancellationToken).FirstAsync(cancellationToken);
}
