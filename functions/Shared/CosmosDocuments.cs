using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>Reads documents by the SDK's stream API and deserialises them by source-generated code.</summary>
internal static class CosmosDocuments
{
    /// <summary>A document of a conversation; null when there is none.</summary>
    public static Task<StoredDocument<T>> ReadDocumentAsync<T>(
        this Container container,
        string id,
        ConversationId conversation,
        JsonTypeInfo<T> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        container.ReadDocumentAsync(id, new PartitionKey(conversation.Value), type, session, cancellationToken);

    /// <summary>A document; null when there is none.</summary>
    /// <exception cref="CosmosException">Any status but 200 and 404.</exception>
    public static async Task<StoredDocument<T>> ReadDocumentAsync<T>(
        this Container container,
        string id,
        PartitionKey partition,
        JsonTypeInfo<T> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        var options = session is { } token ? new ItemRequestOptions { SessionToken = token.Value } : null;
        using var response = await container.ReadItemStreamAsync(id, partition, options, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound && response.Headers.SubStatusCode() != CosmosFailures.ReadSessionNotAvailable)
        {
            return default;
        }

        response.EnsureSuccessStatusCode();
        var document = await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken);
        return new(document, response.Headers.ETag) { Session = Session.Of(response.Headers) };
    }

    /// <summary>The documents of a conversation that exist among these ids: unordered, without duplicates.</summary>
    public static Task<IReadOnlyList<T>> ReadDocumentsAsync<T>(
        this Container container,
        IEnumerable<string> ids,
        ConversationId conversation,
        JsonTypeInfo<DocumentsPage<T>> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
    {
        var partition = new PartitionKey(conversation.Value);
        return container.ReadDocumentsAsync(
            ids.Distinct(StringComparer.Ordinal).Select(id => (id, partition)),
            type,
            session,
            cancellationToken);
    }

    /// <summary>The documents that exist among these, unordered.</summary>
    /// <exception cref="CosmosException">Any status but 200.</exception>
    public static async Task<IReadOnlyList<T>> ReadDocumentsAsync<T>(
        this Container container,
        IEnumerable<(string Id, PartitionKey Partition)> documents,
        JsonTypeInfo<DocumentsPage<T>> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
    {
        var options = session is { } token ? new ReadManyRequestOptions { SessionToken = token.Value } : null;
        using var response = await container.ReadManyItemsStreamAsync([.. documents], options, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken))!.Documents;
    }

    /// <summary>The results of a query over all partitions, page by page.</summary>
    public static async IAsyncEnumerable<T> QueryAsync<T>(
        this Container container,
        QueryDefinition query,
        JsonTypeInfo<DocumentsPage<T>> type,
        int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var pages = container.GetItemQueryStreamIterator(query, requestOptions: new QueryRequestOptions { MaxItemCount = pageSize });
        while (pages.HasMoreResults)
        {
            using var response = await pages.ReadNextAsync(cancellationToken);
            response.EnsureSuccessStatusCode();
            var page = await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken);
            foreach (var document in page!.Documents)
            {
                yield return document;
            }
        }
    }

    /// <summary>One page of a query over all partitions that has results, and where to go on; null for the last.</summary>
    public static async Task<(IReadOnlyList<T> Documents, string? Continuation)> QueryPageAsync<T>(
        this Container container,
        QueryDefinition query,
        JsonTypeInfo<DocumentsPage<T>> type,
        int pageSize,
        string? continuation,
        CancellationToken cancellationToken)
    {
        var options = new QueryRequestOptions { MaxItemCount = pageSize };
        using var pages = container.GetItemQueryStreamIterator(query, continuation, options);
        while (pages.HasMoreResults)
        {
            using var response = await pages.ReadNextAsync(cancellationToken);
            response.EnsureSuccessStatusCode();
            var page = await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken);
            if (page!.Documents.Count > 0)
            {
                return (page.Documents, response.ContinuationToken);
            }
        }

        return ([], null);
    }

    /// <summary>
    /// The results of a query within one partition, page by page. Optimistic direct execution saves the call for a query plan.
    /// </summary>
    public static async IAsyncEnumerable<T> QueryPartitionAsync<T>(
        this Container container,
        QueryDefinition query,
        PartitionKey partition,
        JsonTypeInfo<DocumentsPage<T>> type,
        Session? session = null,
        int? pageSize = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var options = new QueryRequestOptions
        {
            PartitionKey = partition,
            EnableOptimisticDirectExecution = true,
            SessionToken = session?.Value,
            MaxItemCount = pageSize ?? -1,
        };
        using var pages = container.GetItemQueryStreamIterator(query, requestOptions: options);
        while (pages.HasMoreResults)
        {
            using var response = await pages.ReadNextAsync(cancellationToken);
            response.EnsureSuccessStatusCode();
            var page = await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken);
            foreach (var document in page!.Documents)
            {
                yield return document;
            }
        }
    }

    /// <summary>Creates a document, or replaces the version that was read.</summary>
    /// <param name="container">Where it is stored.</param>
    /// <param name="document">The document.</param>
    /// <param name="id">Its id.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="etag">Of the version that was read; null when there was none.</param>
    /// <param name="type">How it is serialised.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when it isn't as it was read any more.</returns>
    public static async Task<bool> TryWriteDocumentAsync<T>(
        this Container container,
        T document,
        string id,
        PartitionKey partition,
        string? etag,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken)
        where T : class
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, type), writable: false);
        var options = new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false };
        using var response = etag is null
            ? await container.CreateItemStreamAsync(body, partition, options, cancellationToken)
            : await container.ReplaceItemStreamAsync(body, id, partition, options, cancellationToken);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed
            || (response.StatusCode == HttpStatusCode.NotFound && etag is not null))
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>Deletes a document; one that isn't there is deleted already.</summary>
    public static async Task DeleteIfThereAsync(
        this Container container,
        string id,
        PartitionKey partition,
        CancellationToken cancellationToken)
    {
        using var deleted = await container.DeleteItemStreamAsync(id, partition, cancellationToken: cancellationToken);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
        {
            deleted.EnsureSuccessStatusCode();
        }
    }

    /// <summary>
    /// Makes this process's later reads of a partition see everything that is stored by now, even from lagging replicas. A write whose
    /// condition never holds goes to the write region, and the SDK takes the session token from its answer. 1 RU.
    /// </summary>
    public static async Task RefreshSessionAsync(
        this Container container,
        string id,
        PartitionKey partition,
        CancellationToken cancellationToken)
    {
        using var refused = await container.PatchItemStreamAsync(
            id,
            partition,
            [PatchOperation.Set("/never", "")],
            new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.id = ''", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (refused.StatusCode is not (HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound))
        {
            refused.EnsureSuccessStatusCode();
        }
    }

    private static int SubStatusCode(this Headers headers) =>
        int.TryParse(headers["x-ms-substatus"], System.Globalization.CultureInfo.InvariantCulture, out var code) ? code : 0;
}

/// <summary>A document as read, with its ETag.</summary>
public readonly record struct StoredDocument<T>(T? Document, string? ETag)
    where T : class
{
    /// <summary>The session token by which another process reads this version or a later one.</summary>
    public Session? Session { get; init; }
}

/// <summary>A page of query results.</summary>
internal sealed record DocumentsPage<T>(
    [property: System.Text.Json.Serialization.JsonPropertyName("Documents")] IReadOnlyList<T> Documents);
