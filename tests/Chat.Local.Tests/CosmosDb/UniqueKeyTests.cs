using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>No two documents of a partition key share the values of a unique key, however they are written.</summary>
public sealed class UniqueKeyTests : IDisposable
{
    private const string Policy = "\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[\"/mail\"]},{\"paths\":[\"/a/b\",\"/n\"]}]}";
    private static readonly PartitionKey Key = new("k");

    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_a_second_document_with_the_same_values_however_it_is_written(Door door)
    {
        await using var account = await WithTwoAsync(door);
        var container = account.Container;
        var taken = CosmosAccount.Json;

        using var created = await container.CreateItemStreamAsync(taken("""{"id":"c","pk":"k","mail":"a@b"}"""), Key);
        using var upserted = await container.UpsertItemStreamAsync(taken("""{"id":"c","pk":"k","mail":"a@b"}"""), Key);
        using var replaced = await container.ReplaceItemStreamAsync(taken("""{"id":"b","pk":"k","mail":"a@b"}"""), "b", Key);
        using var patched = await container.PatchItemStreamAsync("b", Key, [PatchOperation.Set("/mail", "a@b")]);
        using var pair = await container.CreateItemStreamAsync(taken("""{"id":"c","pk":"k","mail":"c","a":{"b":2.0},"n":2}"""), Key);
        using var batch = await container.CreateTransactionalBatch(Key)
            .CreateItemStream(taken("""{"id":"c","pk":"k","mail":"new"}"""))
            .CreateItemStream(taken("""{"id":"d","pk":"k","mail":"new","n":3}"""))
            .ExecuteAsync();

        Assert.All([created, upserted, replaced, patched, pair], response => Assert.Equal(HttpStatusCode.Conflict, response.StatusCode));
        Assert.Contains("Unique index", created.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal([424, 409], batch.Select(result => (int)result.StatusCode));
        Assert.Equal(
            ["b", "a"],
            (await account.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c.n DESC")).Select(id => (string)id!),
            StringComparer.Ordinal);
        Assert.Equal("b@b", (string?)(await account.FindAsync("k", "b"))!["mail"]);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_the_same_values_under_another_partition_key_and_again_once_they_are_free(Door door)
    {
        await using var account = await WithTwoAsync(door);

        await account.CreateAsync("""{"id":"a","pk":"other","mail":"a@b"}""");
        await account.Container.ReplaceItemAsync(JsonNode.Parse("""{"id":"a","pk":"k","mail":"a@b","n":1,"changed":true}"""), "a", Key);
        using var swapped = await account.Container.CreateTransactionalBatch(Key)
            .PatchItem("a", [PatchOperation.Set("/mail", "free")])
            .PatchItem("b", [PatchOperation.Set("/mail", "a@b")])
            .PatchItem("a", [PatchOperation.Set("/mail", "b@b")])
            .ExecuteAsync();
        Assert.True(swapped.IsSuccessStatusCode);
        await account.Container.DeleteItemAsync<object>("a", Key);
        await account.CreateAsync("""{"id":"c","pk":"k","mail":"b@b","n":7}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"d","pk":"k","mail":"a@b","n":8}"""));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_one_document_without_a_value(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(
            "\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[\"/mail\"]}]}", door: door);
        await account.CreateAsync("""{"id":"a","pk":"k"}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"b","pk":"k","mail":null}"""));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_free_the_values_of_a_document_that_has_expired(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(Policy + ",\"defaultTtl\":-1", time: clock, door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","mail":"a@b","ttl":1}""");
        clock.Advance(TimeSpan.FromSeconds(2));

        await account.CreateAsync("""{"id":"b","pk":"k","mail":"a@b"}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"c","pk":"k","mail":"a@b","n":1}"""));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_after_a_restart(Door door)
    {
        await using (var account = await WithTwoAsync(door))
        {
            await account.Container.PatchItemAsync<JsonObject>("a", Key, [PatchOperation.Set("/mail", "changed")]);
        }

        await using var again = await CosmosAccount.StartAsync(Policy, _directory.Path, door: door);
        var properties = (await again.Container.ReadContainerAsync()).Resource;
        Assert.Equal(["/mail", "/a/b,/n"], properties.UniqueKeyPolicy.UniqueKeys.Select(key => string.Join(',', key.Paths)));
        var refused = await Assert.ThrowsAsync<CosmosException>(() => again.CreateAsync("""{"id":"c","pk":"k","mail":"changed"}"""));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await again.CreateAsync("""{"id":"c","pk":"k","mail":"a@b"}""");
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_the_values_over_from_a_document_that_expired_while_nobody_ran(Door door)
    {
        var clock = new TestClock();
        const string WithTtl = Policy + ",\"defaultTtl\":-1";
        await using (var account = await CosmosAccount.StartAsync(WithTtl, _directory.Path, clock, door: door))
        {
            await account.CreateAsync("""{"id":"a","pk":"k","mail":"a@b","ttl":5}""");
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        await using (var again = await CosmosAccount.StartAsync(WithTtl, _directory.Path, clock, door: door))
        {
            await again.CreateAsync("""{"id":"b","pk":"k","mail":"a@b"}""");
            Assert.Equal("b", (string?)Assert.Single(await again.QueryAsync("SELECT VALUE c.id FROM c")));
        }

        // With another time to live the first would still be there; it went with the write that took its value.
        await using var third = await CosmosAccount.StartAsync(Policy, _directory.Path, clock, door: door);
        Assert.Equal("b", (string?)Assert.Single(await third.QueryAsync("SELECT VALUE c.id FROM c")));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_look_at_the_latest_state_when_reads_lag(Door door)
    {
        await using var account = await WithTwoAsync(door);
        account.Service.LagReads("chat", "items", 10);

        await account.Container.DeleteItemAsync<object>("a", Key);
        await account.CreateAsync("""{"id":"c","pk":"k","mail":"a@b","n":3}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"d","pk":"k","mail":"a@b","n":4}"""));
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<CosmosAccount> WithTwoAsync(Door door)
    {
        var account = await CosmosAccount.StartAsync(Policy, _directory.Path, door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","mail":"a@b","n":1}""");
        await account.CreateAsync("""{"id":"b","pk":"k","mail":"b@b","a":{"b":2},"n":2}""");
        return account;
    }
}
