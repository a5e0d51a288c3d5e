using System.Text;
using Microsoft.Azure.Cosmos;

namespace Chat.Services.Cosmos;

/// <summary>Through the SDK's stream API, as the app does it.</summary>
internal sealed class SdkConversation(CosmosClient client, string id, long seq) : IConversation
{
    private static readonly ItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };
    private readonly Container _conversations = client.GetContainer("chat", "conversations");
    private readonly Container _users = client.GetContainer("chat", "users");
    private readonly PartitionKey _key = new(id);
    private string _etag = "*";
    private long _seq = seq;
    private long _raised;

    public async Task ReadAsync()
    {
        using var response = await _conversations.ReadItemStreamAsync("head", _key);
        response.EnsureSuccessStatusCode();
    }

    public async Task QueryAsync()
    {
        var query = new QueryDefinition(ChatDocuments.PageQuery)
            .WithParameter("@take", ChatDocuments.PageSize)
                .WithParameter("@from", _seq - ChatDocuments.PageSize + 1)
                .WithParameter("@to", _seq);
        var options = new QueryRequestOptions { PartitionKey = _key, EnableOptimisticDirectExecution = true };
        using var pages = _conversations.GetItemQueryStreamIterator(query, requestOptions: options);
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            page.EnsureSuccessStatusCode();
        }
    }

    public async Task CreateAsync()
    {
        using var response = await _conversations.CreateItemStreamAsync(Json(ChatDocuments.Message(id, ++_seq)), _key, NoContent);
        response.EnsureSuccessStatusCode();
    }

    public async Task ReplaceAsync()
    {
        var options = new ItemRequestOptions { IfMatchEtag = _etag, EnableContentResponseOnWrite = false };
        using var response = await _conversations.ReplaceItemStreamAsync(Json(ChatDocuments.Head(id, _seq)), "head", _key, options);
        _etag = response.EnsureSuccessStatusCode().Headers.ETag;
    }

    public async Task CommitAsync()
    {
        _seq++;
        using var response = await _conversations.CreateTransactionalBatch(_key)
            .ReplaceItemStream(
                "head",
                Json(ChatDocuments.Head(id, _seq)),
                new() { IfMatchEtag = _etag, EnableContentResponseOnWrite = false })
            .CreateItemStream(Json(ChatDocuments.Message(id, _seq)), new() { EnableContentResponseOnWrite = false })
            .ExecuteAsync();
        _etag = response.IsSuccessStatusCode ? response[0].ETag : throw new InvalidOperationException(response.ErrorMessage);
    }

    public async Task RaiseAsync()
    {
        _raised++;
        PatchOperation[] changes =
        [
            PatchOperation.Set("/lastSeq", _raised),
            PatchOperation.Set("/lastOrdinal", _raised),
            PatchOperation.Set("/activity", ChatDocuments.Activity(_raised)),
        ];
        var options = new PatchItemRequestOptions
        {
            FilterPredicate = $"FROM c WHERE c.lastSeq < {_raised}",
            EnableContentResponseOnWrite = false,
        };
        using var response = await _users.PatchItemStreamAsync("inbox", _key, changes, options);
        response.EnsureSuccessStatusCode();
    }

    private static MemoryStream Json(string document) => new(Encoding.UTF8.GetBytes(document));
}
