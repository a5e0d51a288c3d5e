using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Ids go in the path and keys in a header, both escaped by clients.</summary>
public sealed class When_names_are_odd
{
    [Theory]
    [EveryDoor("a b")]
    [EveryDoor("100%")]
    [EveryDoor("a+b&c=d;e:f@g,h$i!j*k(l)m'n")]
    [EveryDoor("[a]{b}|c^d`e~f\"g<h>")]
    [EveryDoor("ä€한𝄞")]
    [EveryDoor("a..b.")]
    [EveryDoor(" a")]
    public async Task Should_find_a_document_by_what_it_was_called(string id, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var key = new PartitionKey("k");
        await account.Container.CreateItemAsync(new JsonObject { ["id"] = id, ["pk"] = "k", ["n"] = 1 });

        await account.Container.PatchItemAsync<JsonObject>(id, key, [PatchOperation.Increment("/n", 1)]);
        Assert.Equal(2, (int?)(await account.FindAsync("k", id))?["n"]);
        using var replaced = await account.Container.ReplaceItemStreamAsync(
            CosmosAccount.Json(new JsonObject { ["id"] = id, ["pk"] = "k" }.ToJsonString()),
            id,
            key);
        using var deleted = await account.Container.DeleteItemStreamAsync(id, key);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (replaced.StatusCode, deleted.StatusCode));
        Assert.Null(await account.FindAsync("k", id));
    }

    /// <remarks>
    /// As the service does: the SDK's address names another document than the one that it signs.
    /// https://github.com/Azure/azure-cosmos-dotnet-v3, CosmosItemIdEncodingTestsBase.
    /// </remarks>
    [Theory]
    [EveryDoor("%41")]
    [EveryDoor("a%20")]
    [EveryDoor("a ")]
    public async Task Should_refuse_what_would_arrive_as_another_name(string id, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var key = new PartitionKey("k");
        await account.Container.CreateItemAsync(new JsonObject { ["id"] = id, ["pk"] = "k" });
        await account.CreateAsync("""{"id":"A","pk":"k"}""");
        await account.CreateAsync("""{"id":"a","pk":"k"}""");

        using var read = await account.Container.ReadItemStreamAsync(id, key);
        using var replaced = await account.Container.ReplaceItemStreamAsync(
            CosmosAccount.Json(new JsonObject { ["id"] = id, ["pk"] = "k" }.ToJsonString()),
            id,
            key);
        using var deleted = await account.Container.DeleteItemStreamAsync(id, key);

        Assert.All([read, replaced, deleted], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        Assert.Equal(3, (int?)Assert.Single(await account.QueryAsync("SELECT VALUE COUNT(1) FROM c")));
    }

    [Theory]
    [EveryDoor("ä€한𝄞")]
    [EveryDoor("a/b?c#d\\e")]
    [EveryDoor("\"],[\"")]
    [EveryDoor("line\r\nbreak\t\u0000")]
    [EveryDoor(" blank ")]
    [EveryDoor("")]
    public async Task Should_find_a_document_under_any_key(string key, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.Container.CreateItemAsync(new JsonObject { ["id"] = "a", ["pk"] = key, ["n"] = 1 });
        using var batch = await account.Container.CreateTransactionalBatch(new PartitionKey(key))
            .PatchItem("a", [PatchOperation.Increment("/n", 1)])
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        Assert.Equal(2, (int?)(await account.FindAsync(key, "a"))?["n"]);
        Assert.Equal(2, (int?)Assert.Single(await account.QueryAsync("SELECT VALUE c.n FROM c", key)));
        using var feed = account.Container.GetChangeFeedIterator<JsonObject>(
            ChangeFeedStartFrom.Beginning(FeedRange.FromPartitionKey(new PartitionKey(key))),
            ChangeFeedMode.LatestVersion);
        Assert.Equal(key, (string?)Assert.Single(await feed.ReadNextAsync())["pk"]);
    }

    /// <summary>Answers name the container in a header, whose values are ASCII.</summary>
    [Theory]
    [EveryDoor("a b")]
    [EveryDoor("100%")]
    [EveryDoor("größe 한𝄞")]
    public async Task Should_use_a_container_by_what_it_was_called(string id, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var database = (await account.Client.CreateDatabaseAsync(id)).Database;
        var container = (await database.CreateContainerAsync(id, "/pk")).Container;
        var key = new PartitionKey("k");
        await container.CreateItemAsync(new JsonObject { ["id"] = "a", ["pk"] = "k", ["n"] = 1 });

        using var batch = await container.CreateTransactionalBatch(key).PatchItem("a", [PatchOperation.Increment("/n", 1)]).ExecuteAsync();
        Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        Assert.Equal(2, (int?)(await container.ReadItemAsync<JsonObject>("a", key)).Resource["n"]);
        using var query = container.GetItemQueryIterator<int>("SELECT VALUE c.n FROM c");
        Assert.Equal(2, Assert.Single(await query.ReadNextAsync()));
        Assert.Equal(id, (await container.ReadContainerAsync()).Resource.Id);
        Assert.Equal(HttpStatusCode.NoContent, (await container.DeleteContainerAsync()).StatusCode);
    }
}
