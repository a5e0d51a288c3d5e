using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class LaggingReplicaTests
{
    private const int Lag = 3;
    private static readonly PartitionKey Key = new("k");

    [Fact]
    public async Task Should_show_readers_without_a_session_an_older_state_now_and_then()
    {
        await using var account = await CosmosAccount.StartAsync();
        account.Service.LagReads("chat", "items", Lag);
        var seen = new HashSet<int>();
        for (var n = 1; n <= 100; n++)
        {
            await account.Container.UpsertItemAsync(Document(n));
            var read = await StrangersReadAsync(account);
            var behind = n - (read ?? 0);
            Assert.InRange(behind, 0, Lag);
            seen.Add(behind);
        }

        Assert.Equal([0, 1, 2, 3], seen.Order());
    }

    [Fact]
    public async Task Should_show_queries_documents_that_came_went_and_changed_as_of_one_state()
    {
        await using var account = await CosmosAccount.StartAsync();
        account.Service.LagReads("chat", "items", Lag);
        await account.CreateAsync("""{"id":"gone","pk":"k","n":0}""");
        await account.CreateAsync("""{"id":"changed","pk":"k","n":1}""");
        await account.Container.ReplaceItemAsync(JsonNode.Parse("""{"id":"changed","pk":"k","n":3}"""), "changed", Key);
        await account.Container.DeleteItemAsync<object>("gone", Key);
        await account.CreateAsync("""{"id":"came","pk":"k","n":2}""");

        string[] states = ["gone0 changed1", "gone0 changed3", "changed3", "came2 changed3"];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 200; i++)
        {
            seen.Add(await StrangersQueryAsync(account, i % 2 == 0 ? Key : null));
        }

        Assert.Equal(states.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Should_show_a_session_nothing_older_than_it_has_seen()
    {
        await using var account = await CosmosAccount.StartAsync();
        account.Service.LagReads("chat", "items", Lag);
        for (var n = 1; n <= 50; n++)
        {
            var written = await account.Container.UpsertItemAsync(Document(n));

            // The writer's own client keeps its session; another gets its token, as from one process to the next.
            Assert.Equal(n, (int?)(await account.FindAsync("k", "a"))!["n"]);
            Assert.Equal([n], (await account.QueryAsync("SELECT VALUE c.n FROM c")).Select(found => (int)found!));
            Assert.Equal(n, await StrangersReadAsync(account, written.Headers.Session));
        }
    }

    [Fact]
    public async Task Should_let_a_session_see_no_state_again_from_before_its_last_read()
    {
        await using var account = await CosmosAccount.StartAsync();
        account.Service.LagReads("chat", "items", Lag);
        using var reader = account.NewClient();
        var container = reader.GetContainer("chat", "items");
        var last = 0;
        for (var n = 1; n <= 50; n++)
        {
            await account.Container.UpsertItemAsync(Document(n));
            using var read = await container.ReadItemStreamAsync("a", Key);
            var now = read.IsSuccessStatusCode ? (int)JsonNode.Parse(read.Content)!["n"]! : 0;
            Assert.InRange(now, last, n);
            last = now;
        }
    }

    private static JsonNode Document(int n) => JsonNode.Parse($$"""{"id":"a","pk":"k","n":{{n}}}""")!;

    /// <summary>Reads as a client that keeps no session.</summary>
    private static async Task<int?> StrangersReadAsync(CosmosAccount account, string? session = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("dbs/chat/colls/items/docs/a", UriKind.Relative));
        request.Headers.Add("x-ms-documentdb-partitionkey", "[\"k\"]");
        if (session is not null)
        {
            request.Headers.Add("x-ms-session-token", session);
        }

        using var response = await account.Http.SendAsync(request);
        return response.IsSuccessStatusCode ? (int?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["n"] : null;
    }

    private static async Task<string> StrangersQueryAsync(CosmosAccount account, PartitionKey? key)
    {
        using var client = account.NewClient();
        var options = new QueryRequestOptions { PartitionKey = key, EnableOptimisticDirectExecution = key is not null };
        using var query = client.GetContainer("chat", "items").GetItemQueryIterator<JsonObject>(
            "SELECT * FROM c ORDER BY c.n",
            requestOptions: options);
        var found = new List<string>();
        while (query.HasMoreResults)
        {
            found.AddRange((await query.ReadNextAsync()).Select(document => $"{document["id"]}{document["n"]}"));
        }

        return string.Join(' ', found);
    }
}
