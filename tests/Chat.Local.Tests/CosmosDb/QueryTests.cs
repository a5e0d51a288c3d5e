using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class QueryTests
{
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

    [Fact]
    public async Task Should_sort_by_when_documents_were_stored_and_by_id_for_the_price_of_an_index_term()
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(
            """
            "indexingPolicy":{"includedPaths":[{"path":"/a/?"}],"excludedPaths":[{"path":"/*"}],
            "compositeIndexes":[[{"path":"/_ts","order":"ascending"},{"path":"/id","order":"ascending"}],[{"path":"/a"},{"path":"/b"}]]}
            """,
            time: clock);
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
    [InlineData("SELECT VALUE c.id FROM c", "head m1 m2 e3 m4 s")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.type = 'message'", "m1 m2 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.type = 'message' AND c.seq > 1", "m2 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq >= 2 ORDER BY c.seq", "m2 e3 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE 2 <= c.seq AND c.seq < 4 ORDER BY c.seq DESC", "e3 m2")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.seq", "head m1 m2 e3 m4 s")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.seq DESC", "s m4 e3 m2 m1 head")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.type, c.seq DESC", "e3 head m4 m2 m1 s")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.type DESC, c.seq ASC", "s m1 m2 m4 head e3")]
    [InlineData("SELECT TOP 2 VALUE c.id FROM c WHERE c.seq < 4 ORDER BY c.seq DESC", "e3 m2")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 1 LIMIT 2", "m1 m2")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.id", "e3 head m1 m2 m4 s")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.id = 'm2'", "m2")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.id IN ('m4', 'm1', 'none') AND c.seq > 0", "m1 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq BETWEEN 2 AND 3", "m2 e3")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq NOT BETWEEN 2 AND 3", "m1 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.seq)", "head")]
    [InlineData("SELECT VALUE c.id FROM c WHERE NOT (c.seq = 1)", "m2 e3 m4 s")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq != 1", "m2 e3 m4 s")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq = '10'", "s")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq = 10", "")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.text = null", "e3")]
    [InlineData("SELECT VALUE c.id FROM c WHERE IS_NULL(c.text) OR c.gone", "m2 e3")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.gone != true", "")]
    [InlineData("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.text, 'tw', true)", "m2 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE LOWER(c.text) = 'two' AND CONTAINS(c.text, 'T')", "m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.text LIKE 't_o' OR c.id LIKE '%ead'", "head m2")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.text NOT LIKE '%o%'", "")]
    [InlineData("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 'y') OR ARRAY_CONTAINS(c.tags, c.nothing)", "m1")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c['tags'][1] = \"y\"", "m1")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.a.b >= 1", "m1 m4")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.a.b = '1'", "m2")]
    [InlineData("SELECT VALUE c.id FROM root c WHERE c.seq % 2 = 0 AND c.seq + 1 * 2 > 5", "m4")]
    [InlineData("SELECT VALUE x.id || '!' FROM c AS x WHERE LENGTH(x.id) = 1", "s!")]
    [InlineData("SELECT VALUE c.title FROM c", "Ä's \"place\"")]
    [InlineData("SELECT VALUE COUNT(1) FROM c WHERE c.type = 'message'", "3")]
    [InlineData("SELECT VALUE MAX(c.a.b) FROM c WHERE IS_NUMBER(c.a.b)", "2.5")]
    [InlineData("SELECT VALUE SUM(c.seq) FROM c WHERE c.type = 'message'", "7")]
    [InlineData("SELECT VALUE AVG(c.seq) FROM c WHERE c.seq < 3", "1.5")]
    [InlineData("SELECT VALUE MIN(c.none) FROM c", "")]
    [InlineData("SELECT DISTINCT VALUE c.type FROM c WHERE c.seq > 0", "message event")]
    public async Task Should_select(string sql, string expected)
    {
        await using var account = await WithDocumentsAsync();

        var results = await account.QueryAsync(sql);

        Assert.Equal(expected, string.Join(' ', results.Select(result => result!.ToString())));
    }

    [Fact]
    public async Task Should_shape_results()
    {
        await using var account = await WithDocumentsAsync();

        var results = await account.QueryAsync(
            "SELECT c.id, c.seq AS number, c.a.b, c.nothing, c.seq * 2, c.seq + 2 FROM c WHERE c.id = @id", "k", ("@id", "m1"));

        Assert.Equal("""{"id":"m1","number":1,"b":1,"$1":2,"$2":3}""", Assert.Single(results)!.ToJsonString());
    }

    [Fact]
    public async Task Should_take_whole_documents_up_to_a_parameter()
    {
        await using var account = await WithDocumentsAsync();

        var results = await account.QueryAsync(
            "SELECT TOP @take * FROM c WHERE c.type = 'message' AND c.seq <= @seq ORDER BY c.seq DESC", "k", ("@take", 2), ("@seq", 3));

        Assert.Equal(["m2", "m1"], results.Select(document => (string)document!["id"]!), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Should_take_parameters_of_every_type()
    {
        await using var account = await WithDocumentsAsync();

        var results = await account.QueryAsync(
            "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.gone = @gone AND c.seq = @seq AND c.none != @null "
                + "OR ARRAY_CONTAINS(c.tags, @part, true)",
            "k",
            ("@ids", new[] { "m1", "m2" }), ("@gone", true), ("@seq", 2), ("@null", null), ("@part", new { n = 1 }));

        Assert.Equal("e3", (string?)Assert.Single(results));
    }

    [Theory]
    [InlineData("SELECT * FROM c ORDER BY c.text", "excluded")]
    [InlineData("SELECT * FROM c ORDER BY c.seq, c.type", "composite")]
    [InlineData("SELECT * FROM c JOIN t IN c.tags", "single input set")]
    [InlineData("SELECT c.type, COUNT(1) FROM c", "GROUP BY clause")]
    [InlineData("SELECT c.seq, COUNT(1) FROM c GROUP BY c.type", "GROUP BY clause")]
    [InlineData("SELECT c.type, COUNT(1) FROM c GROUP BY c.type ORDER BY c.type", "ORDER BY")]
    [InlineData("SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags ORDER BY t) FROM c", "ORDER BY")]
    [InlineData("SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c", "cardinality")]
    [InlineData("SELECT VALUE x FROM (SELECT VALUE c FROM c) AS x", "FROM (SELECT")]
    [InlineData("SELECT VALUE FIRST(SELECT VALUE t FROM t IN c.tags) FROM c", "FIRST(SELECT")]
    [InlineData("SELECT VALUE t FROM c JOIN t IN d.tags", "'d'")]
    [InlineData("SELECT VALUE t FROM c JOIN t IN c.tags JOIN t IN c.tags", "more than once")]
    [InlineData("SELECT VALUE udf.f(c) FROM c", "User-defined")]
    [InlineData("SELECT VALUE c FROM c ORDER BY RANK RRF(c.a, c.b)", "RANK")]
    [InlineData("SELECT VALUE c FROM c WHERE c.seq & 1 = 1", "'&'")]
    [InlineData("SELECT VALUE c /* never closed", "isn't closed")]
    [InlineData("SELECT VALUE c FROM c WHERE ST_DISTANCE(c.a, c.b) < 1", "ST_DISTANCE")]
    [InlineData("SELECT * FROM c WHERE REGEXMATCH(c.id, '(')", "regular expression")]
    [InlineData("SELECT * FROM c WHERE c.id LIKE 'a!' ESCAPE '!'", "escape")]
    [InlineData("SELECT * FROM c WHERE c.id IN (SELECT VALUE 1)", "")]
    [InlineData("SELECT * FROM c WHERE d.id = 1", "'d'")]
    [InlineData("SELECT * FROM c WHERE c.id = @missing", "@missing")]
    [InlineData("SELECT * FROM c WHERE c.id =", "ends too early")]
    [InlineData("SELECT VALUE 1.2.3", "numeric")]
    [InlineData("SELECT VALUE 1e", "numeric")]
    [InlineData("SELECT VALUE 1e400", "numeric")]
    [InlineData("SELECT * FROM c WHERE c.id LIKE '[a-[]'", "LIKE")]
    [InlineData("SELECT VALUE 1 FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x JOIN f IN c.x JOIN g IN c.x", "5 JOINs")]
    public async Task Should_refuse_what_it_cannot_run_exactly(string sql, string reason)
    {
        await using var account = await WithDocumentsAsync();

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", "1", ")", 100_000, "levels deep")]
    [InlineData("[", "1", "]", 100_000, "levels deep")]
    [InlineData("NOT ", "true", "", 60_000, "levels deep")]
    [InlineData("- ", "1", "", 100_000, "levels deep")]
    [InlineData("1 ? 1 : ", "1", "", 30_000, "levels deep")]
    [InlineData("(SELECT VALUE ", "1", ")", 10_000, "levels deep")]
    [InlineData("", "1", "+1", 100_000, "chains")]
    [InlineData("", "1", " BETWEEN 1 AND 1", 10_000, "chains")]
    [InlineData("", "{}", "[1+1]", 50_000, "chains")]
    [InlineData("", "c", ".a", 100_000, "path")]
    [InlineData("1=1 OR ", "1", "", 50_000, "characters")]
    public async Task Should_refuse_queries_that_would_overflow_the_stack(
        string before, string middle, string after, int times, string reason)
    {
        await using var account = await WithDocumentsAsync();
        var (opening, closing) = (string.Concat(Enumerable.Repeat(before, times)), string.Concat(Enumerable.Repeat(after, times)));
        var sql = $"SELECT VALUE {opening}{middle}{closing} FROM c";
        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(6, (await account.QueryAsync("SELECT * FROM c")).Count);
    }

    [Theory]
    [InlineData("SELECT VALUE 1 FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x WHERE false")]
    [InlineData("SELECT VALUE COUNT(1) FROM c JOIN a IN c.x JOIN b IN c.x JOIN d IN c.x JOIN e IN c.x")]
    [InlineData("SELECT * FROM c WHERE EXISTS(SELECT VALUE a FROM a IN c.x WHERE EXISTS(SELECT VALUE b FROM b IN c.x JOIN d IN c.x "
        + "JOIN e IN c.x WHERE false))")]
    public async Task Should_refuse_to_make_more_rows_of_documents_than_it_can(string sql)
    {
        await using var account = await CosmosAccount.StartAsync();
        await account.CreateAsync($$"""{"id":"1","pk":"k","x":[{{string.Join(',', Enumerable.Range(0, 100))}}]}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("1000000 rows", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"query":null}""")]
    [InlineData("""{"query":5}""")]
    [InlineData("""{"query":"SELECT * FROM c","parameters":[5]}""")]
    [InlineData("""{"query":"SELECT * FROM c","parameters":[{"name":5}]}""")]
    [InlineData("""{"query":"SELECT VALUE @n FROM c","parameters":[{"name":"@n","value":1e400}]}""")]
    [InlineData("""{"query":"SELECT * FROM c"}""", "5")]
    [InlineData("""{"query":"SELECT * FROM c"}""", "[\"k\"]", "null")]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", "[\"k\"]", """{"v":[""]}""")]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", "[\"k\"]", """{"v":["3x"]}""")]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", "[\"k\"]", """{"v":[null]}""")]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq"}""", "[\"k\"]", """{"v":[]}""")]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":5}""", null)]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":5}}""", null)]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[[1]]}}""", null)]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[1],"exclude":"x"}}""", null)]
    [InlineData("""{"query":"SELECT * FROM c ORDER BY c.seq","resumeFilter":{"value":[1],"rid":5}}""", null)]
    public async Task Should_refuse_malformed_requests(string body, string? key = "[\"k\"]", string? continuation = null)
    {
        await using var account = await WithDocumentsAsync();
        using var http = account.NewHttp();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/dbs/chat/colls/items/docs"));
        request.Headers.Add("x-ms-documentdb-isquery", "True");
        request.Headers.Add(key is null ? "x-ms-documentdb-partitionkeyrangeid" : "x-ms-documentdb-partitionkey", key ?? "0");
        if (continuation is not null)
        {
            request.Headers.Add("x-ms-continuation", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(continuation)));
        }

        request.Content = new StringContent(body);

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Should_leave_documents_without_the_path_out_of_an_order_that_only_a_wildcard_indexes()
    {
        await using var account = await CosmosAccount.StartAsync();
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

    [Fact]
    public async Task Should_ask_clients_for_a_plan_of_what_ranges_cannot_answer_alone()
    {
        await using var account = await WithDocumentsAsync();
        using var http = account.NewHttp();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("http://localhost/dbs/chat/colls/items/docs"));
        request.Headers.Add("x-ms-documentdb-isquery", "True");
        request.Content = new StringContent("""{"query":"SELECT * FROM c ORDER BY c.seq"}""");

        using var response = await http.SendAsync(request);

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

    private static async Task<CosmosAccount> WithDocumentsAsync()
    {
        var account = await CosmosAccount.StartAsync(Indexing);
        foreach (var document in Documents)
        {
            await account.CreateAsync(document);
        }

        return account;
    }
}
