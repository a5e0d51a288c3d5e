using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>Reads of documents through the SDK's stream API, which leaves the JSON to source-generated code.</summary>
public static class CosmosDocuments
{
    /// <summary>A document of a conversation with its ETag, or null.</summary>
    public static Task<(T? Document, string? ETag)> ReadDocumentAsync<T>(
        this Container container,
        string id,
        ConversationId conversation,
        JsonTypeInfo<T> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
        where T : class =>
        container.ReadDocumentAsync(id, new PartitionKey(conversation.Value), type, session, cancellationToken);

    /// <summary>A document with its ETag, or null when there is none.</summary>
    /// <exception cref="CosmosException">Anything but 200 and 404.</exception>
    public static async Task<(T? Document, string? ETag)> ReadDocumentAsync<T>(
        this Container container,
        string id,
        PartitionKey partition,
        JsonTypeInfo<T> type,
        Session? session = null,
        CancellationToken cancellationToken = default)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(container);
        var options = session is { } token ? new ItemRequestOptions { SessionToken = token.Value } : null;
        using var response = await container.ReadItemStreamAsync(id, partition, options, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound && response.Headers.SubStatusCode() != CosmosFailures.ReadSessionNotAvailable)
        {
            return (null, null);
        }

        response.EnsureSuccessStatusCode();
        return (await JsonSerializer.DeserializeAsync(response.Content, type, cancellationToken), response.Headers.ETag);
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
        ArgumentNullException.ThrowIfNull(container);
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

    private static int SubStatusCode(this Headers headers) => int.TryParse(headers["x-ms-substatus"], System.Globalization.CultureInfo.InvariantCulture, out var code) ? code : 0;
}

/// <summary>A page of a query's answer.</summary>
public sealed record DocumentsPage<T>([property: System.Text.Json.Serialization.JsonPropertyName("Documents")] IReadOnlyList<T> Documents);
