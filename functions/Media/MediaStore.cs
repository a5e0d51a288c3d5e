using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Media;

/// <summary>The documents of uploaded files, in container <c>media</c>, one partition each.</summary>
public sealed class MediaStore(ChatContainers containers)
{
    /// <summary>A file's document, as new as the last write of whichever instance; null when there is none. 2 RU.</summary>
    public async Task<StoredDocument<MediaItem>> ReadAsync(MediaId id, CancellationToken cancellationToken)
    {
        await containers.Media.RefreshSessionAsync(MediaItem.DocumentId, Partition(id), cancellationToken);
        return await PeekAsync(id, cancellationToken);
    }

    /// <summary>
    /// A file's document as some replica has it: enough for what is written under its ETag, or holds for good. 1 RU.
    /// </summary>
    public Task<StoredDocument<MediaItem>> PeekAsync(MediaId id, CancellationToken cancellationToken) =>
        containers.Media.ReadDocumentAsync(
            MediaItem.DocumentId,
            Partition(id),
            ChatJson.Default.MediaItem,
            cancellationToken: cancellationToken);

    /// <summary>A file's document, by <see cref="ReadAsync"/> or by <see cref="PeekAsync"/>.</summary>
    public async Task<MediaItem?> FindAsync(MediaId id, bool isFresh, CancellationToken cancellationToken) =>
        (isFresh ? await ReadAsync(id, cancellationToken) : await PeekAsync(id, cancellationToken)).Document;

    /// <summary>The documents that exist of these files, as some replica has them.</summary>
    public async Task<IReadOnlyDictionary<MediaId, MediaItem>> FindAsync(IEnumerable<MediaId> ids, CancellationToken cancellationToken)
    {
        List<(string, PartitionKey)> all = [.. ids.Select(id => (MediaItem.DocumentId, Partition(id)))];
        IReadOnlyList<MediaItem> found = all.Count == 0 ? [] : await containers.Media.ReadDocumentsAsync(
            all,
            ChatJson.Default.DocumentsPageMediaItem,
            cancellationToken: cancellationToken);
        return found.ToDictionary(item => item.MediaId);
    }

    /// <summary>Creates a file's document, or replaces the version that was read.</summary>
    /// <returns>False when it isn't as it was read any more.</returns>
    public Task<bool> TryWriteAsync(MediaItem item, string? etag, CancellationToken cancellationToken) =>
        containers.Media.TryWriteDocumentAsync(
            item,
            MediaItem.DocumentId,
            Partition(item.MediaId),
            etag,
            ChatJson.Default.MediaItem,
            cancellationToken);

    /// <summary>Keeps a file from being deleted until an instant. It may be gone already, or go once it failed.</summary>
    /// <param name="id">The file.</param>
    /// <param name="until">The instant.</param>
    /// <param name="least">What of it is enough, where it is kept that long anyway: that saves a write.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Its state; null when there is no such file.</returns>
    public async Task<MediaState?> HoldAsync(MediaId id, DateTimeOffset until, DateTimeOffset least, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (item, etag) = await ReadAsync(id, cancellationToken);
            if (item is null or { State: MediaState.Deleted or MediaState.Failed }
                || item.HeldUntil >= least
                || await TryWriteAsync(item with { HeldUntil = until }, etag, cancellationToken))
            {
                return item?.State;
            }
        }
    }

    /// <summary>The reference of a message to a file, with the ETag of the document that has it; null when there is none.</summary>
    /// <param name="item">The file's document.</param>
    /// <param name="itemETag">Its ETag.</param>
    /// <param name="conversation">The message's conversation.</param>
    /// <param name="message">The message's key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<StoredDocument<MediaReference>> ReadReferenceAsync(
        MediaItem item,
        string itemETag,
        ConversationId conversation,
        MessageId message,
        CancellationToken cancellationToken)
    {
        var id = MediaReference.DocumentId(conversation, message);
        return item.FirstReference is { } first && first.Id == id ? new(first, itemETag)
            : item.HasMore ? await containers.Media.ReadDocumentAsync(
                id,
                Partition(item.MediaId),
                ChatJson.Default.MediaReference,
                cancellationToken: cancellationToken)
            : default;
    }

    /// <summary>Writes a reference: the first in the file's document as it was read, a further one beside it.</summary>
    /// <returns>False when the document isn't as it was read any more.</returns>
    public async Task<bool> TryReferAsync(MediaItem item, string etag, MediaReference reference, CancellationToken cancellationToken)
    {
        // Never in both places.
        if (item.FirstReference?.Id == reference.Id || item is { First: null, HasMore: false })
        {
            return await TryWriteAsync(item with { First = FirstReference.Of(reference) }, etag, cancellationToken);
        }

        using var replaced = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(item with { HasMore = true }, ChatJson.Default.MediaItem),
            writable: false);
        using var created = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(reference, ChatJson.Default.MediaReference),
            writable: false);
        using var response = await containers.Media.CreateTransactionalBatch(Partition(item.MediaId))
            .ReplaceItemStream(
                MediaItem.DocumentId,
                replaced,
                new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false })
            .UpsertItemStream(created, new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false })
            .ExecuteAsync(cancellationToken);
        return response.IsSuccessStatusCode
            || (response.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound
                ? false
                : throw new CosmosException(
                    response.ErrorMessage,
                    response.StatusCode,
                    0,
                    response.ActivityId,
                    response.RequestCharge));
    }

    /// <summary>All references to a file but the first.</summary>
    public async Task<IReadOnlyList<MediaReference>> FurtherReferencesAsync(MediaItem item, CancellationToken cancellationToken) =>
        item.HasMore ? await QueryReferencesAsync("SELECT *", item.MediaId, cancellationToken) : [];

    /// <summary>Whether there is a reference to a file.</summary>
    public async Task<bool> IsReferredToAsync(MediaItem item, CancellationToken cancellationToken) =>
        item.First is not null
        || (item.HasMore && (await QueryReferencesAsync("SELECT TOP 1 *", item.MediaId, cancellationToken)).Count > 0);

    /// <summary>Deletes a reference.</summary>
    /// <param name="item">The file's document.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="etag">Of the document that has it, as it was read.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when that document isn't as it was read any more.</returns>
    public async Task<bool> TryDeleteReferenceAsync(
        MediaItem item,
        MediaReference reference,
        string etag,
        CancellationToken cancellationToken)
    {
        if (item.FirstReference?.Id == reference.Id)
        {
            return await TryWriteAsync(item with { First = null }, etag, cancellationToken);
        }

        using var deleted = await containers.Media.DeleteItemStreamAsync(
            reference.Id,
            Partition(item.MediaId),
            new ItemRequestOptions { IfMatchEtag = etag },
            cancellationToken);
        if (deleted.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            return deleted.StatusCode == HttpStatusCode.NotFound;
        }

        deleted.EnsureSuccessStatusCode();
        return true;
    }

    private async Task<IReadOnlyList<MediaReference>> QueryReferencesAsync(
        string select,
        MediaId id,
        CancellationToken cancellationToken)
    {
        var query = new QueryDefinition($"{select} FROM c WHERE c.id > @from AND c.id < @end ORDER BY c.id")
            .WithParameter("@from", MediaReference.Prefix)
            .WithParameter("@end", MediaReference.Prefix[..^1] + ';');
        return await containers.Media.QueryPartitionAsync(
            query,
            Partition(id),
            ChatJson.Default.DocumentsPageMediaReference,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
    }

    private static PartitionKey Partition(MediaId id) => new(id.Value);
}
