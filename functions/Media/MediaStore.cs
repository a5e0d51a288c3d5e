using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Media;

/// <summary>The documents of uploaded files, in container <c>media</c>.</summary>
/// <remarks>One partition a file. A read costs 2 RU: it is as new as the last write, of whichever instance.</remarks>
public sealed class MediaStore(ChatContainers containers)
{
    /// <summary>A file's document as it is stored now; null when there is none.</summary>
    public async Task<StoredDocument<MediaItem>> ReadAsync(MediaId id, CancellationToken cancellationToken)
    {
        await RefreshSessionAsync(id, cancellationToken);
        return await containers.Media.ReadDocumentAsync(
            MediaItem.DocumentId,
            Partition(id),
            ChatJson.Default.MediaItem,
            cancellationToken: cancellationToken);
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

    /// <summary>The reference of a message, as it is stored now; null when there is none.</summary>
    public async Task<StoredDocument<MediaReference>> ReadReferenceAsync(
        MediaId id,
        ConversationId conversation,
        MessageId message,
        CancellationToken cancellationToken)
    {
        await RefreshSessionAsync(id, cancellationToken);
        return await containers.Media.ReadDocumentAsync(
            MediaReference.DocumentId(conversation, message),
            Partition(id),
            ChatJson.Default.MediaReference,
            cancellationToken: cancellationToken);
    }

    /// <summary>Writes a reference, with the file's document as it was read: both or neither.</summary>
    /// <returns>False when the document isn't as it was read any more.</returns>
    public async Task<bool> TryReferAsync(MediaItem item, string etag, MediaReference reference, CancellationToken cancellationToken)
    {
        using var replaced = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(item, ChatJson.Default.MediaItem), writable: false);
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

    /// <summary>All references to a file.</summary>
    public async Task<IReadOnlyList<MediaReference>> ReferencesAsync(MediaId id, CancellationToken cancellationToken) =>
        await QueryReferencesAsync("SELECT *", id, cancellationToken);

    /// <summary>Whether there is a reference to a file.</summary>
    public async Task<bool> IsReferredToAsync(MediaId id, CancellationToken cancellationToken) =>
        (await QueryReferencesAsync("SELECT TOP 1 *", id, cancellationToken)).Count > 0;

    /// <summary>Deletes the version of a reference that was read.</summary>
    /// <returns>False when it isn't as it was read any more.</returns>
    public Task<bool> TryDeleteReferenceAsync(MediaReference reference, string etag, CancellationToken cancellationToken) =>
        TryDeleteAsync(reference.MediaId, reference.Id, etag, cancellationToken);

    /// <summary>Deletes the version that was read.</summary>
    /// <returns>False when it isn't as it was read any more.</returns>
    public Task<bool> TryDeleteAsync(MediaId id, string etag, CancellationToken cancellationToken) =>
        TryDeleteAsync(id, MediaItem.DocumentId, etag, cancellationToken);

    private async Task<bool> TryDeleteAsync(MediaId id, string document, string etag, CancellationToken cancellationToken)
    {
        using var deleted = await containers.Media.DeleteItemStreamAsync(
            document,
            Partition(id),
            new ItemRequestOptions { IfMatchEtag = etag },
            cancellationToken);
        if (deleted.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound)
        {
            return deleted.StatusCode == HttpStatusCode.NotFound;
        }

        deleted.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>
    /// Makes this process's later reads of a file see what is stored by now: a write whose condition never holds goes to the write region,
    /// and the SDK takes the session token from its answer.
    /// </summary>
    private async Task RefreshSessionAsync(MediaId id, CancellationToken cancellationToken)
    {
        using var refused = await containers.Media.PatchItemStreamAsync(
            MediaItem.DocumentId,
            Partition(id),
            [PatchOperation.Set("/ttl", -1)],
            new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.id = ''", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (refused.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
        {
            refused.EnsureSuccessStatusCode();
        }
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
