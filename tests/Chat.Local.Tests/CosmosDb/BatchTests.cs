using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class BatchTests
{
    private static readonly PartitionKey Key = new("k");

    [Theory]
    [EveryDoor]
    public async Task Should_apply_all_operations_in_order(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"old","pk":"k"}""");
        await account.CreateAsync("""{"id":"gone","pk":"k"}""");

        using var response = await account.Container.CreateTransactionalBatch(Key)
            .CreateItemStream(CosmosAccount.Json("""{"id":"new","pk":"k","n":1}"""))
            .PatchItem("new", [PatchOperation.Increment("/n", 4)])
            .ReadItem("new")
            .ReplaceItemStream("old", CosmosAccount.Json("""{"id":"old","pk":"k","n":2}"""))
            .UpsertItemStream(CosmosAccount.Json("""{"id":"other","pk":"k"}"""))
            .DeleteItem("gone")
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([201, 200, 200, 200, 201, 204], response.Select(result => (int)result.StatusCode));
        Assert.Equal(5, (int?)(await account.FindAsync("k", "new"))!["n"]);
        Assert.Equal(5, (int?)JsonNode.Parse(response[2].ResourceStream)!["n"]);
        Assert.Equal(response[1].ETag, (string?)(await account.FindAsync("k", "new"))!["_etag"]);
        Assert.False(response[0].ETag == response[1].ETag);
        Assert.Null(await account.FindAsync("k", "gone"));
        Assert.True(response.RequestCharge > 5 * 5);
        Assert.NotNull(response.Headers.Session);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_apply_all_and_say_207_when_a_read_finds_nothing_new(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var old = await account.CreateAsync("""{"id":"old","pk":"k"}""");
        var known = new TransactionalBatchItemRequestOptions { IfNoneMatchEtag = old.ETag };

        using var response = await account.Container.CreateTransactionalBatch(Key)
            .CreateItemStream(CosmosAccount.Json("""{"id":"new","pk":"k"}"""))
            .ReadItem("old", known)
            .ReadItem("old", new TransactionalBatchItemRequestOptions { IfMatchEtag = old.ETag })
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.MultiStatus, response.StatusCode);
        Assert.Equal([201, 304, 304], response.Select(result => (int)result.StatusCode));
        Assert.NotNull(await account.FindAsync("k", "new"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_apply_nothing_for_a_session_that_is_ahead(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var session = (await account.CreateAsync("""{"id":"old","pk":"k"}""")).Headers.Session.Split('#')[0];

        using var response = await account.Container.CreateTransactionalBatch(Key)
            .CreateItemStream(CosmosAccount.Json("""{"id":"new","pk":"k"}"""))
            .ExecuteAsync(new TransactionalBatchRequestOptions { SessionToken = session + "#1000" });

        Assert.Equal((HttpStatusCode.NotFound, "1002"), (response.StatusCode, response.Headers["x-ms-substatus"]));
        Assert.Null(await account.FindAsync("k", "new"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_apply_nothing_when_the_answer_is_over_four_megabytes(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync($$"""{"id":"big","pk":"k","text":"{{new string('x', 1_000_000)}}"}""");
        var four = account.Container.CreateTransactionalBatch(Key).ReadItem("big").ReadItem("big").ReadItem("big").ReadItem("big");
        var five = account.Container.CreateTransactionalBatch(Key).CreateItemStream(CosmosAccount.Json("""{"id":"new","pk":"k"}"""))
            .ReadItem("big").ReadItem("big").ReadItem("big").ReadItem("big").ReadItem("big");

        using var small = await four.ExecuteAsync();
        using var large = await five.ExecuteAsync();

        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal([424, 424, 424, 424, 424, 413], large.Select(result => (int)result.StatusCode));
        Assert.Null(await account.FindAsync("k", "new"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_apply_nothing_when_one_operation_fails(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"head","pk":"k","n":1}""");
        await account.CreateAsync("""{"id":"taken","pk":"k"}""");

        using var response = await account.Container.CreateTransactionalBatch(Key)
            .ReplaceItemStream("head", CosmosAccount.Json("""{"id":"head","pk":"k","n":2}"""))
            .CreateItemStream(CosmosAccount.Json("""{"id":"new","pk":"k"}"""))
            .CreateItemStream(CosmosAccount.Json("""{"id":"taken","pk":"k"}"""))
            .CreateItemStream(CosmosAccount.Json("""{"id":"later","pk":"k"}"""))
            .ExecuteAsync();

        Assert.False(response.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal([424, 424, 409, 424], response.Select(result => (int)result.StatusCode));
        Assert.Equal(1, (int?)(await account.FindAsync("k", "head"))!["n"]);
        Assert.Null(await account.FindAsync("k", "new"));
        Assert.Null(await account.FindAsync("k", "later"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_the_batch_to_the_etag_of_one_operation(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var head = await account.CreateAsync("""{"id":"head","pk":"k","n":1}""");
        Task<TransactionalBatchResponse> Append(string id, string etag) => account.Container.CreateTransactionalBatch(Key)
            .ReplaceItemStream(
                "head",
                CosmosAccount.Json("""{"id":"head","pk":"k","n":2}"""),
                new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false })
            .CreateItemStream(
                CosmosAccount.Json($$"""{"id":"{{id}}","pk":"k"}"""),
                new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false })
            .ExecuteAsync();

        using var first = await Append("m1", head.ETag);
        using var stale = await Append("m2", head.ETag);
        using var second = await Append("m3", first[0].ETag);

        Assert.Null(first[0].ResourceStream);
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal([412, 424], stale.Select(result => (int)result.StatusCode));
        Assert.True(second.IsSuccessStatusCode);
        Assert.Null(await account.FindAsync("k", "m2"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_a_hundred_operations_and_no_more(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        Task<TransactionalBatchResponse> Create(int count) => Enumerable.Range(0, count)
            .Aggregate(
                account.Container.CreateTransactionalBatch(Key),
                (batch, number) => batch.CreateItemStream(CosmosAccount.Json($$"""{"id":"{{count}}-{{number}}","pk":"k"}""")))
            .ExecuteAsync();

        using var most = await Create(100);
        using var tooMany = await Create(101);

        Assert.Equal(100, most.Count);
        Assert.True(most.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);
        Assert.Null(await account.FindAsync("k", "101-0"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_a_document_of_another_key(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var response = await account.Container.CreateTransactionalBatch(Key)
            .CreateItemStream(CosmosAccount.Json("""{"id":"a","pk":"other"}"""))
            .ExecuteAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_serialize_batches_that_race(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"head","pk":"k","n":0}""");
        async Task AppendAsync(int writer)
        {
            for (var done = 0; done < 25;)
            {
                var head = await account.Container.ReadItemAsync<JsonObject>("head", Key);
                var next = (int)head.Resource["n"]! + 1;
                using var response = await account.Container.CreateTransactionalBatch(Key)
                    .ReplaceItemStream(
                        "head",
                        CosmosAccount.Json($$"""{"id":"head","pk":"k","n":{{next}}}"""),
                        new TransactionalBatchItemRequestOptions { IfMatchEtag = head.ETag })
                    .CreateItemStream(CosmosAccount.Json($$"""{"id":"m{{next}}","pk":"k","writer":{{writer}}}"""))
                    .ExecuteAsync();
                done += response.IsSuccessStatusCode ? 1 : 0;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(AppendAsync));

        Assert.Equal(100, (int?)(await account.FindAsync("k", "head"))!["n"]);
        Assert.Equal(101, (int?)(await account.QueryAsync("SELECT VALUE COUNT(1) FROM c")).Single());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_run_bulk_requests_each_for_itself(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var client = account.NewClient();
        client.ClientOptions.AllowBulkExecution = true;
        var container = client.GetContainer("chat", "items");
        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(async number =>
        {
            using var response = await container.CreateItemStreamAsync(
                CosmosAccount.Json($$"""{"id":"{{number % 49}}","pk":"k{{number % 7 % 3}}"}"""),
                new PartitionKey($"k{number % 7 % 3}"));
            return response.StatusCode;
        }));

        Assert.Equal(49, statuses.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(1, statuses.Count(status => status == HttpStatusCode.Conflict));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_tell_each_operation_of_a_bulk_request_how_it_ended(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var taken = await account.CreateAsync("""{"id":"taken","pk":"k"}""");
        using var client = account.NewClient();
        client.ClientOptions.AllowBulkExecution = true;
        var bulk = client.GetContainer("chat", "items");

        var responses = await Task.WhenAll(
            bulk.CreateItemStreamAsync(CosmosAccount.Json("""{"id":"new","pk":"k"}"""), Key),
            bulk.CreateItemStreamAsync(CosmosAccount.Json("""{"id":"taken","pk":"k"}"""), Key),
            bulk.ReplaceItemStreamAsync(
                CosmosAccount.Json("""{"id":"taken","pk":"k","n":1}"""),
                "taken",
                Key,
                new ItemRequestOptions { IfMatchEtag = "\"stale\"" }),
            bulk.UpsertItemStreamAsync(CosmosAccount.Json("""{"id":"other","pk":"j"}"""), new PartitionKey("j")),
            bulk.ReadItemStreamAsync("none", Key),
            bulk.DeleteItemStreamAsync("none", Key),
            bulk.CreateItemStreamAsync(CosmosAccount.Json("""{"id":"a/b","pk":"k"}"""), Key),
            bulk.ReadItemStreamAsync("taken", Key));

        Assert.Equal([201, 409, 412, 201, 404, 404, 400, 200], responses.Select(response => (int)response.StatusCode));
        Assert.Equal(taken.ETag, responses[^1].Headers.ETag);
        Assert.NotNull(await account.FindAsync("j", "other"));
        Array.ForEach(responses, response => response.Dispose());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_a_batch_to_two_megabytes(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        Task<TransactionalBatchResponse> Create(string name, int count) => Enumerable.Range(0, count)
            .Aggregate(account.Container.CreateTransactionalBatch(Key), (batch, number) => batch.CreateItemStream(
                CosmosAccount.Json($$"""{"id":"{{name}}{{number}}","pk":"k","x":"{{new string('x', 500_000)}}"}""")))
            .ExecuteAsync();

        using var fits = await Create("fits", 4);
        using var tooLarge = await Create("large", 5);

        Assert.True(fits.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        Assert.Null(await account.FindAsync("k", "large0"));
    }
}
