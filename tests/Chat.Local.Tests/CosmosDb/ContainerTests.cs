using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>What containers can be declared as, and be made to later. Nothing that is asked for is dropped.</summary>
public sealed class ContainerTests(ContainerTests.Accounts accounts) : IClassFixture<ContainerTests.Accounts>
{
    [Theory]
    [EveryDoor("\"partitionKey\":{\"paths\":[\"/pk\"],\"kind\":\"Hash\",\"version\":1}", "partition key version 1")]
    [EveryDoor("\"partitionKey\":{\"paths\":[\"/pk\"],\"kind\":\"Range\"}", "kind Range")]
    [EveryDoor("\"partitionKey\":{\"paths\":[\"/a\",\"/b\"],\"kind\":\"Hash\"}", "at most 1")]
    [EveryDoor("\"partitionKey\":{\"paths\":[\"pk\"]}", "'pk'")]
    [EveryDoor("\"partitionKey\":{\"paths\":7}", "invalid")]
    [EveryDoor("\"computedProperties\":[{\"name\":\"low\",\"query\":\"SELECT VALUE LOWER(c.n) FROM c\"}]", "computedProperties")]
    [EveryDoor("\"fullTextPolicy\":{\"defaultLanguage\":\"en-US\",\"fullTextPaths\":[]}", "fullTextPolicy")]
    [EveryDoor(
        "\"vectorEmbeddingPolicy\":{\"vectorEmbeddings\":[{\"path\":\"/v\",\"dataType\":\"float32\",\"dimensions\":3,"
            + "\"distanceFunction\":\"cosine\"}]}",
        "vectorEmbeddingPolicy")]
    [EveryDoor("\"conflictResolutionPolicy\":{\"mode\":\"LastWriterWins\",\"conflictResolutionPath\":\"/n\"}", "conflictResolutionPolicy")]
    [EveryDoor("\"conflictResolutionPolicy\":{\"mode\":\"Custom\",\"conflictResolutionProcedure\":\"p\"}", "conflictResolutionPolicy")]
    [EveryDoor("\"changeFeedPolicy\":{\"retentionDuration\":10}", "changeFeedPolicy")]
    [EveryDoor("\"ttlPropertyPath\":\"/n\"", "ttlPropertyPath")]
    [EveryDoor("\"analyticalStorageTtl\":-1", "analyticalStorageTtl")]
    [EveryDoor("\"clientEncryptionPolicy\":{\"includedPaths\":[{\"path\":\"/n\"}]}", "clientEncryptionPolicy")]
    [EveryDoor("\"geospatialConfig\":{\"type\":\"Geometry\"}", "geospatialConfig")]
    [EveryDoor("\"whatComesNext\":{\"on\":true}", "whatComesNext")]
    [EveryDoor("\"defaultTtl\":0", "defaultTtl 0")]
    [EveryDoor("\"defaultTtl\":\"10\"", "defaultTtl 10")]
    [EveryDoor("\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[]}]}", "1 to 16 paths")]
    [EveryDoor("\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[\"/tags/[]\"]}]}", "'/tags/[]'")]
    [EveryDoor("\"indexingPolicy\":{\"indexingMode\":\"none\",\"automatic\":false}", "indexing mode none")]
    [EveryDoor("\"indexingPolicy\":{\"indexingMode\":\"lazy\"}", "indexing mode lazy")]
    [EveryDoor("\"indexingPolicy\":{\"automatic\":false}", "automatic")]
    [EveryDoor("\"indexingPolicy\":{\"includedPaths\":[{\"path\":\"/a/?\"}]}", "/*")]
    [EveryDoor("\"indexingPolicy\":{\"includedPaths\":[{\"path\":\"/*\"},{\"path\":\"/a\"}]}", "'/a'")]
    [EveryDoor("\"indexingPolicy\":{\"spatialIndexes\":[{\"path\":\"/at/*\",\"types\":[\"Point\"]}]}", "spatialIndexes")]
    [EveryDoor("\"indexingPolicy\":{\"vectorIndexes\":[{\"path\":\"/v\",\"type\":\"flat\"}]}", "vectorIndexes")]
    [EveryDoor("\"indexingPolicy\":{\"fullTextIndexes\":[{\"path\":\"/text\"}]}", "fullTextIndexes")]
    [EveryDoor("\"indexingPolicy\":{\"compositeIndexes\":[[{\"path\":\"/a\"}]]}", "two or more")]
    [EveryDoor("\"indexingPolicy\":7", "invalid")]
    public async Task Should_refuse_what_it_does_not_do_by_its_name(string asked, string named, Door door)
    {
        var account = accounts[door];
        var key = asked.StartsWith("\"partitionKey", StringComparison.Ordinal) ? "" : ",\"partitionKey\":{\"paths\":[\"/pk\"]}";

        var (status, message) = await SendAsync(account, HttpMethod.Post, "colls", $$"""{"id":"other"{{key}},{{asked}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(account, HttpMethod.Get, "colls/other")).Status);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await SendAsync(account, HttpMethod.Put, "colls/items", $$"""{"id":"items"{{key}},{{asked}}}""")).Status);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_what_the_sdk_says_by_default(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);

        var created = await account.Client.GetDatabase("chat").CreateContainerAsync(new ContainerProperties("usual", "/a b/pk")
        {
            IndexingPolicy = new IndexingPolicy(),
            ConflictResolutionPolicy = new ConflictResolutionPolicy(),
            GeospatialConfig = new GeospatialConfig(),
            UniqueKeyPolicy = new UniqueKeyPolicy(),
            ChangeFeedPolicy = new ChangeFeedPolicy(),
        });

        Assert.Equal(
            ("/a b/pk", PartitionKeyDefinitionVersion.V2),
            (created.Resource.PartitionKeyPath, created.Resource.PartitionKeyDefinitionVersion!.Value));
        Assert.Equal("/*", Assert.Single(created.Resource.IndexingPolicy.IncludedPaths).Path);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_index_all_paths_beside_composite_indexes_that_are_named_alone(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(
            "\"indexingPolicy\":{\"compositeIndexes\":[[{\"path\":\"/a\"},{\"path\":\"/b\",\"order\":\"Descending\"}]]}",
            door: door);
        await account.CreateAsync("""{"id":"1","pk":"k","a":1,"b":1}""");
        await account.CreateAsync("""{"id":"2","pk":"k","a":1,"b":2}""");

        Assert.Equal(
            ["2", "1"],
            (await account.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c.a, c.b DESC")).Select(id => (string)id!),
            StringComparer.Ordinal);
        Assert.Equal(
            ["2", "1"],
            (await account.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c.b DESC")).Select(id => (string)id!),
            StringComparer.Ordinal);
        Assert.Single((await account.Container.ReadContainerAsync()).Resource.IndexingPolicy.CompositeIndexes);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_replace_time_to_live_and_indexing_and_nothing_else(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(
            "\"indexingPolicy\":{\"excludedPaths\":[{\"path\":\"/*\"}]}", time: clock, door: door);
        await account.CreateAsync("""{"id":"old","pk":"k","n":1}""");
        await account.CreateAsync("""{"id":"kept","pk":"k","n":2,"ttl":-1}""");
        await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync("SELECT * FROM c ORDER BY c.n"));

        var read = await account.Container.ReadContainerAsync();
        var properties = read.Resource;
        properties.DefaultTimeToLive = 60;
        properties.IndexingPolicy = new IndexingPolicy();
        var replaced = await account.Container.ReplaceContainerAsync(properties, new ContainerRequestOptions { IfMatchEtag = read.ETag });
        Assert.Equal((60, HttpStatusCode.OK), (replaced.Resource.DefaultTimeToLive, replaced.StatusCode));
        Assert.NotEqual(read.ETag, replaced.ETag, StringComparer.Ordinal);
        Assert.Equal(2, (await account.QueryAsync("SELECT * FROM c ORDER BY c.n")).Count);
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("kept", (string?)Assert.Single(await account.QueryAsync("SELECT VALUE c.id FROM c")));

        await account.Container.ReplaceContainerAsync(new ContainerProperties("items", "/pk"));
        Assert.Equal("kept", (string?)Assert.Single(await account.QueryAsync("SELECT VALUE c.id FROM c")));

        var late = await Assert.ThrowsAsync<CosmosException>(
            () => account.Container.ReplaceContainerAsync(properties, new ContainerRequestOptions { IfMatchEtag = read.ETag }));
        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
    }

    [Theory]
    [EveryDoor("\"id\":\"other\",\"partitionKey\":{\"paths\":[\"/pk\"]}", "id")]
    [EveryDoor("\"id\":\"items\",\"partitionKey\":{\"paths\":[\"/other\"]}", "partition key")]
    [EveryDoor(
        "\"id\":\"items\",\"partitionKey\":{\"paths\":[\"/pk\"]},\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[\"/n\"]}]}",
        "unique key policy")]
    public async Task Should_refuse_to_change_what_never_changes(string definition, string named, Door door)
    {
        var account = accounts[door];

        var (status, message) = await SendAsync(account, HttpMethod.Put, "colls/items", "{" + definition + "}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"The {named} of a container can't be changed", message, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_keep_a_replaced_definition_over_a_restart(Door door)
    {
        using var directory = new TemporaryDirectory();
        string etag;
        DateTime? modified;
        await using (var account = await CosmosAccount.StartAsync(directory: directory.Path, door: door))
        {
            var container = (await account.Client.GetDatabase("chat").CreateContainerAsync("own", "/pk")).Container;
            var replaced = await container.ReplaceContainerAsync(new ContainerProperties("own", "/pk") { DefaultTimeToLive = 7 });
            (etag, modified) = (replaced.ETag, replaced.Resource.LastModified);
        }

        await using var again = await CosmosAccount.StartAsync(directory: directory.Path, door: door);
        var read = await again.Client.GetContainer("chat", "own").ReadContainerAsync();
        Assert.Equal((7, etag, modified), (read.Resource.DefaultTimeToLive, read.ETag, read.Resource.LastModified));
        Assert.InRange(modified!.Value, DateTime.UnixEpoch.AddYears(50), DateTime.MaxValue);
        Assert.InRange(
            (await again.Client.GetDatabase("chat").ReadAsync()).Resource.LastModified!.Value,
            DateTime.UnixEpoch.AddYears(50),
            DateTime.MaxValue);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_let_documents_go_by_the_replaced_time_to_live_over_a_restart_and_bring_none_back(Door door)
    {
        using var directory = new TemporaryDirectory();
        var clock = new TestClock();
        await using (var account = await CosmosAccount.StartAsync(directory: directory.Path, door: door, time: clock))
        {
            await account.Client.GetDatabase("chat").CreateContainerAsync(new ContainerProperties("own", "/pk") { DefaultTimeToLive = 10 });
            await Own(account).CreateItemAsync(new { id = "gone", pk = "k", n = 1 });
            clock.Advance(TimeSpan.FromSeconds(8));
            await Own(account).CreateItemAsync(new { id = "a", pk = "k", n = 2 });
        }

        clock.Advance(TimeSpan.FromSeconds(2));
        var longer = new ContainerProperties("own", "/pk") { DefaultTimeToLive = 100 };
        longer.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        longer.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = "/n/?" });
        await using (var account = await CosmosAccount.StartAsync(directory: directory.Path, door: door, time: clock))
        {
            await Own(account).ReplaceContainerAsync(longer);
            clock.Advance(TimeSpan.FromSeconds(50));
            await Own(account).CreateItemAsync(new { id = "b", pk = "k", n = 1 });
        }

        await using var again = await CosmosAccount.StartAsync(directory: directory.Path, door: door, time: clock);
        Assert.Equal(["b", "a"], await OrderedAsync());
        clock.Advance(TimeSpan.FromSeconds(48));
        Assert.Equal(["b"], await OrderedAsync());

        static Container Own(CosmosAccount account) => account.Client.GetContainer("chat", "own");

        async Task<IEnumerable<string>> OrderedAsync()
        {
            var options = new QueryRequestOptions { PartitionKey = new PartitionKey("k") };
            using var query = Own(again).GetItemQueryIterator<string>("SELECT VALUE c.id FROM c ORDER BY c.n", requestOptions: options);
            return (await query.ReadNextAsync()).Resource;
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Should_list_databases_and_containers_and_those_that_a_query_selects(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var database = account.Client.GetDatabase("chat");
        await database.CreateContainerAsync("more", "/pk");
        await account.Client.CreateDatabaseAsync("other");

        Assert.Equal(["items", "more"], await ReadAsync(database.GetContainerQueryIterator<ContainerProperties>(), one => one.Id));
        Assert.Equal(["more"], await ReadAsync(
            database.GetContainerQueryIterator<ContainerProperties>(
                new QueryDefinition("SELECT * FROM c WHERE c.id = @id").WithParameter("@id", "more")),
            one => one.Id));
        Assert.Equal(["chat", "other"], await ReadAsync(account.Client.GetDatabaseQueryIterator<DatabaseProperties>(), one => one.Id));
        Assert.Equal(["other"], await ReadAsync(
            account.Client.GetDatabaseQueryIterator<string>("SELECT VALUE d.id FROM d WHERE STARTSWITH(d.id, 'o')"), one => one));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_name_what_is_missing_by_substatus(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);

        async Task<int> SubStatusAsync(Func<Task> act) =>
            (await Assert.ThrowsAsync<CosmosException>(act)) is { StatusCode: HttpStatusCode.NotFound } missing
                ? missing.SubStatusCode
                : -1;
        Assert.Equal(0, await SubStatusAsync(() => account.Client.GetContainer("chat", "none").ReadContainerAsync()));
        Assert.Equal(0, await SubStatusAsync(() => account.Client.GetContainer("chat", "none").DeleteContainerAsync()));
        Assert.Equal(0, await SubStatusAsync(() => account.Client.GetDatabase("none").ReadAsync()));
        Assert.Equal(1003, await SubStatusAsync(() => account.Client.GetDatabase("none").CreateContainerAsync("c", "/pk")));
    }

    [Theory]
    [EveryDoor("x-ms-documentdb-pre-trigger-include", "t", "triggers")]
    [EveryDoor("x-ms-documentdb-post-trigger-include", "t", "triggers")]
    [EveryDoor("x-ms-indexing-directive", "Exclude", "index")]
    [EveryDoor("x-ms-consistency-level", "Strong", "Strong")]
    [EveryDoor("A-IM", "Full-Fidelity Feed", "all versions")]
    public async Task Should_refuse_what_the_headers_of_a_request_ask_for_and_it_does_not_do(
        string header, string value, string named, Door door)
    {
        var account = accounts[door];

        var (status, message) = await SendAsync(account, HttpMethod.Get, "colls/items/docs", header: (header, value));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_the_change_feed_of_all_versions(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var feed = account.Container.GetChangeFeedIterator<JsonObject>(
            ChangeFeedStartFrom.Now(),
            ChangeFeedMode.AllVersionsAndDeletes);

        var refused = await Assert.ThrowsAsync<CosmosException>(() => feed.ReadNextAsync());

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Theory]
    [EveryDoor("colls/items/sprocs", "sprocs")]
    [EveryDoor("colls/items/udfs", "udfs")]
    [EveryDoor("users", "users")]
    public async Task Should_refuse_kinds_of_resources_that_it_does_not_have(string path, string named, Door door)
    {
        var account = accounts[door];

        var (status, message) = await SendAsync(account, HttpMethod.Post, path, """{"id":"a"}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> ReadAsync<T>(FeedIterator<T> iterator, Func<T, string> name)
    {
        var names = new List<string>();
        using (iterator)
        {
            while (iterator.HasMoreResults)
            {
                names.AddRange((await iterator.ReadNextAsync()).Select(name));
            }
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static async Task<(HttpStatusCode Status, string Message)> SendAsync(
        CosmosAccount account,
        HttpMethod method,
        string path,
        string? body = null,
        (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"dbs/chat/{path}", UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (header is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await account.Http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, response.IsSuccessStatusCode ? answer : (string)JsonNode.Parse(answer)!["message"]!);
    }

    public sealed class Accounts() : SharedAccounts("", []);
}
