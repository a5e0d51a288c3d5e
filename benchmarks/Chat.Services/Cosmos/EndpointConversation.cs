using System.Net;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Services.Cosmos;

/// <summary>By requests to the endpoint, as small as they can be: what the SDK adds is the difference.</summary>
internal sealed class EndpointConversation(HttpMessageInvoker endpoint, string id, long seq) : IConversation
{
    private long _seq = seq;
    private long _raised;

    public Task ReadAsync() => SendAsync(HttpMethod.Get, "conversations/docs/head", "");

    public Task QueryAsync() => SendAsync(
        HttpMethod.Post,
        "conversations/docs",
        $$"""{"query":"{{ChatDocuments.PageQuery}}","parameters":[{"name":"@take","value":{{ChatDocuments.PageSize}}},"""
            + $$"""{"name":"@from","value":{{_seq - ChatDocuments.PageSize + 1}}},{"name":"@to","value":{{_seq}}}]}""",
        ("x-ms-documentdb-isquery", "true"));

    public Task CreateAsync() => SendAsync(HttpMethod.Post, "conversations/docs", ChatDocuments.Message(id, ++_seq));

    public Task ReplaceAsync() => SendAsync(HttpMethod.Put, "conversations/docs/head", ChatDocuments.Head(id, _seq), ("If-Match", "*"));

    public Task CommitAsync() => SendAsync(
        HttpMethod.Post,
        "conversations/docs",
        $$"""[{"operationType":"Replace","id":"head","ifMatch":"*","resourceBody":{{ChatDocuments.Head(id, ++_seq)}}},"""
            + $$"""{"operationType":"Create","resourceBody":{{ChatDocuments.Message(id, _seq)}}}]""",
        ("x-ms-cosmos-is-batch-request", "true"),
        ("x-ms-cosmos-batch-atomic", "true"));

    public Task RaiseAsync()
    {
        _raised++;
        return SendAsync(
            HttpMethod.Patch,
            "users/docs/inbox",
            $$"""{"condition":"FROM c WHERE c.lastSeq < {{_raised}}","operations":[{"op":"set","path":"/lastSeq","value":{{_raised}}},"""
                + $$"""{"op":"set","path":"/lastOrdinal","value":{{_raised}}},"""
                + $$"""{"op":"set","path":"/activity","value":"{{ChatDocuments.Activity(_raised)}}"}]}""");
    }

    private async Task SendAsync(HttpMethod method, string path, string body, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(body);
        using var request = new HttpRequestMessage(method, $"http://localhost/dbs/chat/colls/{path}") { Content = content };
        request.Headers.TryAddWithoutValidation("x-ms-documentdb-partitionkey", $"[\"{id}\"]");
        request.Headers.TryAddWithoutValidation("Prefer", "return=minimal");
        var date = TimeProvider.System.GetUtcNow().ToString("R");
        request.Headers.TryAddWithoutValidation("x-ms-date", date);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            MasterKey.Authorize(method.Method, request.RequestUri!.AbsolutePath, date));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await endpoint.SendAsync(request, CancellationToken.None);
        if (!response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.MultiStatus)
        {
            throw new InvalidOperationException($"{method} {path} was refused with {(int)response.StatusCode}.");
        }
    }
}
