using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>Reads of documents through the SDK's stream API, which leaves the JSON to source-generated code.</summary>
public static class CosmosDocuments
{
    /// <summary>A document of a conversation, or null.</summary>
    public static Task<StoredDocument<T>> ReadDocumentAsync<T>(
        this Container container,
        string id,
        ConversationId conversation,
        JsonTypeInfo<T> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        container.ReadDocumentAsync(id, new PartitionKey(conversation.Value), type, session, cancellationToken);

    /// <summary>A document, or null when there is none.</summary>
    /// <exception cref="CosmosException">Anything but 200 and 404.</exception>
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
        return new(
            await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken),
            response.Headers.ETag) { Session = Session.Of(response.Headers) };
    }

    /// <summary>Those of a conversation's documents that are there, in no order and each once.</summary>
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

    /// <summary>Those of these documents that are there, in no order.</summary>
    /// <exception cref="CosmosException">Anything but 200.</exception>
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

    /// <summary>The results of a query within one partition, page by page, without a query plan.</summary>
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

    private static int SubStatusCode(this Headers headers) =>
        int.TryParse(headers["x-ms-substatus"], System.Globalization.CultureInfo.InvariantCulture, out var code) ? code : 0;
}

/// <summary>A document as it was read.</summary>
public readonly record struct StoredDocument<T>(T? Document, string? ETag)
    where T : class
{
    /// <summary>By which another reader finds it at least as new.</summary>
    public Session? Session { get; init; }
}

/// <summary>A page of a query's answer.</summary>
public sealed record DocumentsPage<T>([property: System.Text.Json.Serialization.JsonPropertyName("Documents")] IReadOnlyList<T> Documents);
