using System.Net;
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

    /// <summary>Deletes the version that was read.</summary>
    /// <returns>False when it isn't as it was read any more.</returns>
    public async Task<bool> TryDeleteAsync(MediaId id, string etag, CancellationToken cancellationToken)
    {
        using var deleted = await containers.Media.DeleteItemStreamAsync(
            MediaItem.DocumentId,
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

    private static PartitionKey Partition(MediaId id) => new(id.Value);
}
