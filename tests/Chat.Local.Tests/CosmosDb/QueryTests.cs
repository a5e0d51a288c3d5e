using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class QueryTests(QueryTests.Accounts accounts) : IClassFixture<QueryTests.Accounts>
{
    /// <summary>A partition key as the header has it.</summary>
    private const string Key = "[\"k\"]";

    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/type/?"},{"path":"/seq/?"},{"path":"/a/b/?"}],"excludedPaths":[{"path":"/*"}],
        "compositeIndexes":[[{"path":"/type","order":"ascending"},{"path":"/seq","order":"descending"}]]}
        """;

    private static readonly string[] Documents =
    [
        """{"id":"head","pk":"k","type":"head","title":"Ä's \"place\""}""",
        """{"id":"m1","pk":"k","type":"message","seq":1,"text":"one","tags":["x","y"],"a":{"b":1}}""",
        """{"id":"m2","pk":"k","type":"message","seq":2,"text":"two","gone":true,"a":{"b":"1"}}""",
        """{"id":"e3","pk":"k","type":"event","seq":3,"text":null,"tags":[{"n":1,"m":2}]}""",
        """{"id":"m4","pk":"k","type":"message","seq":4,"text":"Two","a":{"b":2.5}}""",
        """{"id":"s","pk":"k","type":"odd","seq":"10"}""",
    ];

    [Theory]
    [EveryDoor]
    public async Task Should_sort_by_when_documents_were_stored_and_by_id_for_the_price_of_an_index_term(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(
            """
            "indexingPolicy":{"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}],
            "compositeIndexes":[[{"path":"/_ts","order":"ascending"},{"path":"/id","order":"ascending"}],[{"path":"/a"},{"path":"/b"}]]}
            """,
            time: clock,
            door: door);
        Assert.Equal(5.35, (await account.CreateAsync("""{"id":"b","pk":"k"}""")).RequestCharge, 0.01);
        await account.CreateAsync("""{"id":"a","pk":"k"}""");
        var first = clock.GetUtcNow().ToUnixTimeSeconds();
        clock.Advance(TimeSpan.FromSeconds(1));
        await account.CreateAsync("""{"id":"0","pk":"k"}""");
        Assert.Equal(6.15, (await account.CreateAsync("""{"id":"c","pk":"k","a":1,"b":2}""")).RequestCharge, 0.01);

        Assert.Equal(
            ["a", "b", "0", "c"], (await account.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c._ts, c.id")).Select(id => (string?)id));
        var after = await account.QueryAsync(
            "SELECT VALUE c.id FROM c WHERE c._ts >= @at AND (c._ts > @at OR c.id > @id) ORDER BY c._ts, c.id", "k", ("@at", first),
            ("@id", "a"));
        Assert.Equal(["b", "0", "c"], after.Select(id => (string?)id));
    }

    [Theory]
    [EveryDoor("SELECT VALUE c.id FROM c", "head m1 m2 e3 m4 s")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.type = 'message'", "m1 m2 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.type = 'message' AND c.seq > 1", "m2 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq >= 2 ORDER BY c.seq", "m2 e3 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE 2 <= c.seq AND c.seq < 4 ORDER BY c.seq DESC", "e3 m2")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq", "head m1 m2 e3 m4 s")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq DESC", "s m4 e3 m2 m1 head")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.type, c.seq DESC", "e3 head m4 m2 m1 s")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.type DESC, c.seq ASC", "s m1 m2 m4 head e3")]
    [EveryDoor("SELECT TOP 2 VALUE c.id FROM c WHERE c.seq < 4 ORDER BY c.seq DESC", "e3 m2")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 1 LIMIT 2", "m1 m2")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.id", "e3 head m1 m2 m4 s")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.id = 'm2'", "m2")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.id IN ('m4', 'm1', 'none') AND c.seq > 0", "m1 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq BETWEEN 2 AND 3", "m2 e3")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq NOT BETWEEN 2 AND 3", "m1 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.seq)", "head")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE NOT (c.seq = 1)", "m2 e3 m4 s")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq != 1", "m2 e3 m4 s")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq = '10'", "s")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq = 10", "")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.text = null", "e3")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE IS_NULL(c.text) OR c.gone", "m2 e3")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.gone != true", "")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.text, 'tw', true)", "m2 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE LOWER(c.text) = 'two' AND CONTAINS(c.text, 'T')", "m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.text LIKE 't_o' OR c.id LIKE '%ead'", "head m2")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.text NOT LIKE '%o%'", "")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'y') OR ARRAY_CONTAINS(c.tags, c.nothing)", "m1")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c['tags'][1] = \"y\"", "m1")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.a.b >= 1", "m1 m4")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.a.b = '1'", "m2")]
    [EveryDoor("SELECT VALUE c.id FROM root c WHERE c.seq % 2 = 0 AND c.seq + 1 * 2 > 5", "m4")]
    [EveryDoor("SELECT VALUE x.id || '!' FROM c AS x WHERE LENGTH(x.id) = 1", "s!")]
    [EveryDoor("SELECT VALUE c.title FROM c", "Ä's \"place\"")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c WHERE c.type = 'message'", "3")]
    [EveryDoor("SELECT VALUE MAX(c.a.b) FROM c WHERE IS_NUMBER(c.a.b)", "2.5")]
    [EveryDoor("SELECT VALUE SUM(c.seq) FROM c WHERE c.type = 'message'", "7")]
    [EveryDoor("SELECT VALUE AVG(c.seq) FROM c WHERE c.seq < 3", "1.5")]
    [EveryDoor("SELECT VALUE MIN(c.none) FROM c", "")]
    [EveryDoor("SELECT DISTINCT VALUE c.type FROM c WHERE c.seq > 0", "message event")]
    public async Task Should_select(string sql, string expected, Door door)
    {
        var account = accounts[door];

        var results = await account.QueryAsync(sql);

        Assert.Equal(expected, string.Join(' ', results.Select(result => result!.ToString())));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_shape_results(Door door)
    {
        var account = accounts[door];

        var results = await account.QueryAsync(
            "SELECT c.id, c.seq AS number, c.a.b, c.nothing, c.seq * 2, c.seq + 2 FROM c WHERE c.id = @id", "k", ("@id", "m1"));

        Assert.Equal("""{"id":"m1","number":1,"b":1,"$1":2,"$2":3}""", Assert.Single(results)!.ToJsonString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_whole_documents_up_to_a_parameter(Door door)
    {
        var account = accounts[door];

        var results = await account.QueryAsync(
            "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq <= @seq ORDER BY c.seq DESC", "k", ("@take", 2), ("@seq", 3));

        Assert.Equal(["m2", "m1"], results.Select(document => (string)document!["id"]!), StringComparer.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_parameters_of_every_type(Door door)
    {
        var account = accounts[door];

        var results = await account.QueryAsync(
            "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.gone = @gone AND c.seq = @seq AND c.none != @null "
                + "OR ARRAY_CONTAINS(c.tags, @part, true)",
            "k",
            ("@ids", new[] { "m1", "m2" }), ("@gone", true), ("@seq", 2), ("@null", null), ("@part", new { n = 1 }));

        Assert.Equal("e3", (string?)Assert.Single(results));
    }

    [Theory]
    [EveryDoor("SELECT * FROM c ORDER BY c.text", "excluded")]
    [EveryDoor("SELECT * FROM c ORDER BY c.seq, c.type", "composite")]
    [EveryDoor("SELECT * FROM c JOIN t IN c.tags", "single input set")]
    [EveryDoor("SELECT c.type, COUNT(1) FROM c", "GROUP BY clause")]
    [EveryDoor("SELECT c.seq, COUNT(1) FROM c GROUP BY c.type", "GROUP BY clause")]
    [EveryDoor("SELECT c.type, COUNT(1) FROM c GROUP BY c.type ORDER BY c.type", "ORDER BY")]
    [EveryDoor("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags ORDER BY t) FROM c", "ORDER BY")]
    [EveryDoor("SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c", "cardinality")]
    [EveryDoor("SELECT VALUE x FROM (SELECT VALUE c FROM c) AS x", "FROM (SELECT")]
    [EveryDoor("SELECT VALUE FIRST(SELECT VALUE t FROM t IN c.tags) FROM c", "FIRST(SELECT")]
    [EveryDoor("SELECT VALUE t FROM c JOIN t IN d.tags", "'d'")]
    [EveryDoor("SELECT VALUE t FROM c JOIN t IN c.tags JOIN t IN c.tags", "more than once")]
    [EveryDoor("SELECT VALUE udf.f(c) FROM c", "User-defined")]
    [EveryDoor("SELECT VALUE c FROM c ORDER BY RANK RRF(c.a, c.b)", "RANK")]
    [EveryDoor("SELECT VALUE c FROM c WHERE c.seq & 1 = 1", "'&'")]
    [EveryDoor("SELECT VALUE c /* never closed", "isn't closed")]
    [EveryDoor("SELECT VALUE c FROM c WHERE ST_DISTANCE(c.a, c.b) < 1", "ST_DISTANCE")]
    [EveryDoor("SELECT * FROM c WHERE REGEXMATCH(c.id, '(')", "regular expression")]
    [EveryDoor("SELECT * FROM c WHERE c.id LIKE 'a!' ESCAPE '!'", "escape")]
    [EveryDoor("SELECT * FROM c WHERE c.id IN (SELECT VALUE 1)", "")]
    [EveryDoor("SELECT * FROM c WHERE d.id = 1", "'d'")]
    [EveryDoor("SELECT * FROM c WHERE c.id = @missing", "@missing")]
    [EveryDoor("SELECT * FROM c WHERE c.id =", "ends too early")]
    [EveryDoor("SELECT VALUE 1.2.3", "numeric")]
    [EveryDoor("SELECT VALUE 1e", "numeric")]
    [EveryDoor("SELECT VALUE 1e400", "numeric")]
    [EveryDoor("SELECT * FROM c WHERE c.id LIKE '[a-[]'", "LIKE")]
    [EveryDoor("SELECT VALUE 1 FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x JOIN f IN c.x JOIN g IN c.x", "5 JOINs")]
    public async Task Should_refuse_what_it_cannot_run_exactly(string sql, string reason, Door door)
    {
        var account = accounts[door];

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor("(", "1", ")", 100_000, "levels deep")]
    [EveryDoor("[", "1", "]", 100_000, "levels deep")]
    [EveryDoor("NOT ", "true", "", 60_000, "levels deep")]
    [EveryDoor("- ", "1", "", 100_000, "levels deep")]
    [EveryDoor("1 ? 1 : ", "1", "", 30_000, "levels deep")]
    [EveryDoor("(SELECT VALUE ", "1", ")", 10_000, "levels deep")]
    [EveryDoor("", "1", "+1", 100_000, "chains")]
    [EveryDoor("", "1", " BETWEEN 1 AND 1", 10_000, "chains")]
    [EveryDoor("", "{}", "[1+1]", 50_000, "chains")]
    [EveryDoor("", "c", ".a", 100_000, "path")]
    [EveryDoor("1=1 OR ", "1", "", 50_000, "characters")]
    public async Task Should_refuse_queries_that_would_overflow_the_stack(
        string before, string middle, string after, int times, string reason, Door door)
    {
        var account = accounts[door];
        var (opening, closing) = (string.Concat(Enumerable.Repeat(before, times)), string.Concat(Enumerable.Repeat(after, times)));
        var sql = $"SELECT VALUE {opening}{middle}{closing} FROM c";
        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(6, (await account.QueryAsync("SELECT * FROM c")).Count);
    }

    [Theory]
    [EveryDoor("SELECT VALUE 1 FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x WHERE false")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x")]
    [EveryDoor("SELECT * FROM c WHERE EXISTS(SELECT VALUE a FROM a IN c.x WHERE EXISTS(SELECT VALUE b FROM b IN c.x JOIN d IN c.x "
        + "JOIN e IN c.x WHERE false))")]
    public async Task Should_refuse_to_make_more_rows_of_documents_than_it_can(string sql, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync($$"""{"id":"1","pk":"k","x":[{{string.Join(',', Enumerable.Range(0, 100))}}]}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("1000000 rows", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor("[]", Key, "")]
    [EveryDoor("{}", Key, "")]
    [EveryDoor("""{"query":null}""", Key, "")]
    [EveryDoor("""{"query":5}""", Key, "")]
    [EveryDoor("""{"query":"SELECT * FROM c","parameters":[5]}""", Key, "")]
    [EveryDoor("""{"query":"SELECT * FROM c","parameters":[{"name":5}]}""", Key, "")]
    [EveryDoor("""{"query":"SELECT VALUE @n FROM c","parameters":[{"name":"@n","value":1e400}]}""", Key, "")]
    [EveryDoor("""{"query":"SELECT * FROM c"}""", "5", "")]
    [EveryDoor("""{"query":"SELECT * FROM c"}""", Key, "null")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", Key, """{"v":[""]}""")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", Key, """{"v":["3x"]}""")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", Key, """{"v":[null]}""")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", Key, """{"v":[]}""")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":5}""", "", "")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":5}}""", "", "")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[[1]]}}""", "", "")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[1],"exclude":"x"}}""", "", "")]
    [EveryDoor("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[1],"rid":5}}""", "", "")]
    public async Task Should_refuse_malformed_requests(string body, string key, string continuation, Door door)
    {
        var account = accounts[door];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("dbs/chat/colls/items/docs", UriKind.Relative));
        request.Headers.Add("x-ms-documentdb-isquery", "True");
        var hasKey = key.Length > 0;
        request.Headers.Add(hasKey ? "x-ms-documentdb-partitionkey" : "x-ms-documentdb-partitionkeyrangeid", hasKey ? key : "0");
        if (continuation.Length > 0)
        {
            request.Headers.Add("x-ms-continuation", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(continuation)));
        }

        request.Content = new StringContent(body);

        using var response = await account.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_leave_documents_without_the_path_out_of_an_order_that_only_a_wildcard_indexes(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        foreach (var document in Documents)
        {
            await account.CreateAsync(document);
        }

        Assert.Equal(5, (await account.QueryAsync("SELECT * FROM c ORDER BY c.seq")).Count);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_query_across_partitions_without_order(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        for (var i = 0; i < 40; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i % 13}}","even":{{(i % 2 == 0 ? "true" : "false")}}}""");
        }

        var pages = await account.PagesAsync(new QueryDefinition("SELECT VALUE c.id FROM c WHERE c.even"), key: null, pageSize: 3);

        Assert.Equal(
            Enumerable.Range(0, 20).Select(i => i * 2),
            pages.SelectMany(page => page).Select(id => int.Parse((string)id!, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.All(pages, page => Assert.True(page.Count <= 3));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_ask_clients_for_a_plan_of_what_ranges_cannot_answer_alone(Door door)
    {
        var account = accounts[door];
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("dbs/chat/colls/items/docs", UriKind.Relative));
        request.Headers.Add("x-ms-documentdb-isquery", "True");
        request.Content = new StringContent("""{"query":"SELECT * FROM c ORDER BY c.seq"}""");

        using var response = await account.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("1004", Assert.Single(response.Headers.GetValues("x-ms-substatus")));
        var details = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["additionalErrorInfo"];
        Assert.Contains("rewrittenQuery", (string?)details, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_divide_the_items_among_the_feed_ranges(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        for (var i = 0; i < 40; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i}}"}""");
        }

        var seen = new List<string>();
        var ranges = await account.Container.GetFeedRangesAsync();
        foreach (var range in ranges)
        {
            using var query = account.Container.GetItemQueryIterator<string>(range, new QueryDefinition("SELECT VALUE c.id FROM c"));
            var page = await query.ReadNextAsync();
            Assert.NotEmpty(page);
            seen.AddRange(page);
        }

        Assert.Equal(2, ranges.Count);
        Assert.Equal(40, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(40, seen.Count);
    }

    [Theory]
    [EveryDoor("[\"t1\"]", 4)]
    [EveryDoor("[\"t1\",\"u1\"]", 2)]
    public async Task Should_query_by_the_prefix_of_a_hierarchical_key(string prefix, int expected, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(keyPaths: "\"/t\",\"/u\",\"/v\"", kind: "MultiHash", door: door);
        for (var i = 0; i < 8; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","t":"t{{i % 2}}","u":"u{{i / 4}}","v":{{i}}}""");
        }

        var key = JsonNode.Parse(prefix)!.AsArray().Aggregate(new PartitionKeyBuilder(), (builder, part) => builder.Add((string)part!))
            .Build();
        using var query = account.Container.GetItemQueryIterator<JsonObject>(
            "SELECT * FROM c", requestOptions: new QueryRequestOptions { PartitionKey = key });
        var found = new List<JsonObject>();
        while (query.HasMoreResults)
        {
            found.AddRange(await query.ReadNextAsync());
        }

        Assert.Equal(expected, found.Count);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_go_on_where_it_stopped_whatever_was_written_since(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(Indexing, door: door);
        for (var i = 0; i < 20; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k","seq":{{i * 10}}}""");
        }

        QueryRequestOptions options = new() { PartitionKey = new("k"), EnableOptimisticDirectExecution = true, MaxItemCount = 5 };
        using var first = account.Container.GetItemQueryIterator<JsonObject>("SELECT * FROM c ORDER BY c.seq", requestOptions: options);
        var page = await first.ReadNextAsync();
        await account.Container.DeleteItemAsync<JsonObject>("4", new PartitionKey("k"));
        await account.CreateAsync("""{"id":"before","pk":"k","seq":35}""");
        await account.CreateAsync("""{"id":"after","pk":"k","seq":45}""");
        using var second = account.Container.GetItemQueryIterator<JsonObject>(
            "SELECT * FROM c ORDER BY c.seq", page.ContinuationToken, options);
        var next = await second.ReadNextAsync();

        Assert.Equal(["0", "1", "2", "3", "4"], page.Select(item => (string)item["id"]!), StringComparer.Ordinal);
        Assert.Equal(["after", "5", "6", "7", "8"], next.Select(item => (string)item["id"]!), StringComparer.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_end_pages_at_four_megabytes(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        for (var i = 0; i < 5; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k","text":"{{new string('x', 1_500_000)}}"}""");
        }

        var pages = await account.PagesAsync(new QueryDefinition("SELECT * FROM c"), "k");

        Assert.Equal([2, 2, 1], pages.Select(page => page.Count));
    }

    public sealed class Accounts() : SharedAccounts(Indexing, Documents);
}
