using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ItemTests
{
    private static readonly PartitionKey Key = new("k");

    [Theory]
    [EveryDoor]
    public async Task Should_create_read_replace_and_delete(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);

        var created = await account.CreateAsync("""{"id":"a","pk":"k","text":"é\n"}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(created.RequestCharge >= 4.95);
        Assert.Matches("^[01]:-1#2$", created.Headers.Session);

        var read = await account.Container.ReadItemAsync<JsonObject>("a", Key);
        Assert.Equal("é\n", (string?)read.Resource["text"]);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(created.ETag, (string?)read.Resource["_etag"]);

        read.Resource["text"] = "b";
        var replaced = await account.Container.ReplaceItemAsync(read.Resource, "a", Key);
        Assert.False(created.ETag == replaced.ETag);
        Assert.Equal("b", (string?)(await account.FindAsync("k", "a"))!["text"]);

        using var deleted = await account.Container.DeleteItemStreamAsync("a", Key);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Null(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_keep_items_of_other_keys_apart(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k1"}""");
        await account.CreateAsync("""{"id":"a","pk":"k2"}""");

        Assert.NotNull(await account.FindAsync("k1", "a"));
        Assert.Null(await account.FindAsync("k3", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_what_exists_and_what_does_not(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k"}""");

        var conflict = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"a","pk":"k"}"""));
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        using var replaced = await account.Container.ReplaceItemStreamAsync(CosmosAccount.Json("""{"id":"b","pk":"k"}"""), "b", Key);
        Assert.Equal(HttpStatusCode.NotFound, replaced.StatusCode);
        using var deleted = await account.Container.DeleteItemStreamAsync("b", Key);
        Assert.Equal(HttpStatusCode.NotFound, deleted.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_upsert(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var created = await account.Container.UpsertItemStreamAsync(CosmosAccount.Json("""{"id":"a","pk":"k","n":1}"""), Key);
        using var updated = await account.Container.UpsertItemStreamAsync(CosmosAccount.Json("""{"id":"a","pk":"k","n":2}"""), Key);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(HttpStatusCode.OK, updated.StatusCode);
        Assert.Equal(2, (int?)(await account.FindAsync("k", "a"))!["n"]);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_writes_to_the_etag_that_they_name(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var first = await account.CreateAsync("""{"id":"a","pk":"k"}""");
        using var second = await account.Container.ReplaceItemStreamAsync(
            CosmosAccount.Json("""{"id":"a","pk":"k","n":2}"""),
            "a",
            Key,
            new ItemRequestOptions { IfMatchEtag = first.ETag });
        using var stale = await account.Container.ReplaceItemStreamAsync(
            CosmosAccount.Json("""{"id":"a","pk":"k","n":3}"""),
            "a",
            Key,
            new ItemRequestOptions { IfMatchEtag = first.ETag });
        using var staleUpsert = await account.Container.UpsertItemStreamAsync(
            CosmosAccount.Json("""{"id":"a","pk":"k","n":4}"""),
            Key,
            new ItemRequestOptions { IfMatchEtag = first.ETag });
        using var staleDelete = await account.Container.DeleteItemStreamAsync(
            "a",
            Key,
            new ItemRequestOptions { IfMatchEtag = first.ETag });

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, staleUpsert.StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, staleDelete.StatusCode);
        Assert.Equal(2, (int?)(await account.FindAsync("k", "a"))!["n"]);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_answer_not_modified(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var created = await account.CreateAsync("""{"id":"a","pk":"k"}""");
        using var read = await account.Container.ReadItemStreamAsync("a", Key, new ItemRequestOptions { IfNoneMatchEtag = created.ETag });

        Assert.Equal(HttpStatusCode.NotModified, read.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_answer_without_content_when_none_is_wanted(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var response = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json("""{"id":"a","pk":"k"}"""),
            Key,
            new ItemRequestOptions { EnableContentResponseOnWrite = false });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.False(response.Content?.Length > 0);
        Assert.NotNull(response.Headers.ETag);
    }

    [Theory]
    [EveryDoor("""{"pk":"k"}""", HttpStatusCode.BadRequest)]
    [EveryDoor("""{"id":"a/b","pk":"k"}""", HttpStatusCode.BadRequest)]
    [EveryDoor("""{"id":"","pk":"k"}""", HttpStatusCode.BadRequest)]
    [EveryDoor("""{"id":"a","pk":"other"}""", HttpStatusCode.BadRequest)]
    [EveryDoor("""{"id":"a","pk":"k","ttl":0}""", HttpStatusCode.BadRequest)]
    [EveryDoor("""{"id":"a","pk":"k" """, HttpStatusCode.BadRequest)]
    [EveryDoor("""[]""", HttpStatusCode.BadRequest)]
    public async Task Should_refuse_documents_that_the_service_refuses(string json, HttpStatusCode expected, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var response = await account.Container.CreateItemStreamAsync(CosmosAccount.Json(json), Key);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_documents_and_ids_to_their_limits(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var large = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json($$"""{"id":"a","pk":"k","x":"{{new string('x', 2 * 1024 * 1024)}}"}"""),
            Key);
        using var longId = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json($$"""{"id":"{{new string('x', 1024)}}","pk":"k"}"""),
            Key);
        using var fits = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json($$"""{"id":"{{new string('x', 1023)}}","pk":"k"}"""),
            Key);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, longId.StatusCode);
        Assert.Equal(HttpStatusCode.Created, fits.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_reads_of_a_session_that_is_ahead(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var created = await account.CreateAsync("""{"id":"a","pk":"k"}""");
        var range = created.Headers.Session.Split(':')[0];
        using var same = await account.Container.ReadItemStreamAsync(
            "a",
            Key,
            new ItemRequestOptions { SessionToken = created.Headers.Session });
        using var ahead = await account.Container.ReadItemStreamAsync("a", Key, new ItemRequestOptions { SessionToken = $"{range}:-1#99" });

        Assert.Equal(HttpStatusCode.OK, same.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, ahead.StatusCode);
        Assert.Equal("1002", ahead.Headers["x-ms-substatus"]);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_not_find_a_container_that_is_not_there(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var client = account.NewClient();
        using var read = await client.GetContainer("chat", "nowhere").ReadItemStreamAsync("a", Key);
        var created = await client.GetDatabase("chat").CreateContainerIfNotExistsAsync(new ContainerProperties("more", "/a/b"));
        await created.Container.CreateItemAsync(JsonNode.Parse("""{"id":"a","a":{"b":7}}"""));

        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/a/b", (await created.Container.ReadContainerAsync()).Resource.PartitionKeyPath);
        Assert.NotNull((await created.Container.ReadItemAsync<JsonObject>("a", new PartitionKey(7))).Resource);
    }

    [Theory]
    [EveryDoor("a/b")]
    [EveryDoor("a\\\\b")]
    [EveryDoor("a?b")]
    [EveryDoor("a#b")]
    public async Task Should_refuse_ids_with_characters_that_addresses_cannot_hold(string id, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var response = await account.Container.CreateItemStreamAsync(CosmosAccount.Json($$"""{"id":"{{id}}","pk":"k"}"""), Key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [EveryDoor('x', 2048, HttpStatusCode.Created)]
    [EveryDoor('x', 2049, HttpStatusCode.BadRequest)]
    [EveryDoor('é', 1024, HttpStatusCode.Created)]
    [EveryDoor('é', 1025, HttpStatusCode.BadRequest)]
    public async Task Should_hold_partition_keys_to_two_kilobytes(char character, int length, HttpStatusCode expected, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var key = new string(character, length);
        using var response = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json($$"""{"id":"a","pk":"{{key}}"}"""),
            new PartitionKey(key));

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [EveryDoor("9007199254740993", "9007199254740992")]
    [EveryDoor("-123456789012345678", "-123456789012345680")]
    [EveryDoor("1.0", "1")]
    [EveryDoor("1e2", "100")]
    [EveryDoor("0.1", "0.1")]
    [EveryDoor("1.7976931348623157e308", "1.7976931348623157E+308")]
    public async Task Should_keep_numbers_as_doubles(string written, string kept, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);

        using var created = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json($$"""{"id":"a","pk":"k","n":[{"m":{{written}}}],"s":"{{written}}"}"""),
            new PartitionKey("k"));

        var item = (await account.FindAsync("k", "a"))!;
        Assert.Equal(($$"""[{"m":{{kept}}}]""", written), (item["n"]!.ToJsonString(), (string?)item["s"]));
        Assert.Equal(kept, Assert.Single(await account.QueryAsync("SELECT VALUE c.n[0] FROM c"))!["m"]!.ToJsonString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_numbers_that_no_double_holds(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1e308}""");

        using var created = await account.Container.CreateItemStreamAsync(
            CosmosAccount.Json("""{"id":"b","pk":"k","n":1e400}"""),
            new PartitionKey("k"));
        using var patched = await account.Container.PatchItemStreamAsync(
            "a",
            new PartitionKey("k"),
            [PatchOperation.Increment("/n", 1.7e308)]);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (created.StatusCode, patched.StatusCode));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_let_no_patch_grow_a_document_beyond_its_limit(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync($$"""{"id":"a","pk":"k","x":"{{new string('x', 1_500_000)}}"}""");
        using var response = await account.Container.PatchItemStreamAsync("a", Key, [PatchOperation.Set("/y", new string('y', 1_000_000))]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.False((await account.FindAsync("k", "a"))!.ContainsKey("y"));
    }
}
