using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Queries over both ranges of a container, which the SDK plans, spreads and puts together.</summary>
public sealed class CrossPartitionQueryTests(CrossPartitionQueryTests.Accounts accounts) : IClassFixture<CrossPartitionQueryTests.Accounts>
{
    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/seq/?"},{"path":"/type/?"},{"path":"/odd/?"}],"excludedPaths":[],
        "compositeIndexes":[[{"path":"/type","order":"ascending"},{"path":"/seq","order":"descending"}]]}
        """;

    /// <summary>
    /// Documents 0 to 19, each of a key of its own: <c>seq</c> 19 to 0, <c>type</c> by thirds, <c>odd</c> for the odd ones only.
    /// </summary>
    [Theory]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq", "19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq < 5 OR c.seq = 11 ORDER BY c.seq DESC", "8 15 16 17 18 19")]
    [EveryDoor("SELECT c.id, c.seq AS number FROM c WHERE c.seq < 2 ORDER BY c.seq", """{"id":"19","number":0} {"id":"18","number":1}""")]
    [EveryDoor("SELECT VALUE c.seq FROM root c WHERE c.type != 't0' ORDER BY c.type, c.seq DESC", "17 14 11 8 5 2 19 16 13 10 7 4 1")]
    [EveryDoor("SELECT VALUE c.seq FROM c WHERE c.seq > 15 ORDER BY c.type DESC, c.seq", "16 19 17 18")]
    [EveryDoor("SELECT TOP 3 VALUE c.id FROM c ORDER BY c.seq", "19 18 17")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 4 LIMIT 3", "15 14 13")]
    [EveryDoor("SELECT VALUE c.odd FROM c WHERE c.seq > 15 ORDER BY c.odd", "1 3")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.seq > 14 ORDER BY c.odd DESC", "3 1 4 2 0")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c", "20")]
    [EveryDoor("SELECT VALUE SUM(c.odd) FROM c", "100")]
    [EveryDoor("SELECT VALUE MIN(c.odd) FROM c WHERE c.odd > 1", "3")]
    [EveryDoor("SELECT VALUE MAX(c.type) FROM c", "t2")]
    [EveryDoor("SELECT VALUE MAX(c.seq) FROM c WHERE c.id = '4'", "15")]
    [EveryDoor("SELECT VALUE MIN(c.none) FROM c", "")]
    [EveryDoor("SELECT VALUE AVG(c.seq) FROM c", "9.5")]
    [EveryDoor("SELECT VALUE AVG(c.none) FROM c", "")]
    [EveryDoor(
        "SELECT COUNT(c.odd) AS n, MIN(c.seq) AS least, MAX(c.seq) AS most FROM c WHERE c.seq < 9", """{"n":5,"least":0,"most":8}""")]
    [EveryDoor("SELECT VALUE COUNTIF(c.seq > 14) FROM c", "5")]
    [EveryDoor("SELECT VALUE 1 + 1", "2")]
    [EveryDoor("SELECT VALUE COUNT(1)", "1")]
    [EveryDoor("SELECT VALUE COUNT(1 -- each\n) FROM c", "20")]
    [EveryDoor("SELECT TOP 0 VALUE 1", "")]
    [EveryDoor("SELECT VALUE c.id FROM c -- the newest\nWHERE c.seq < 2 /* of all */ ORDER BY c.seq -- first", "19 18")]
    [EveryDoor("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 17 LIMIT 2147483647", "2 1 0")]
    [EveryDoor("SELECT DISTINCT VALUE c.type FROM c ORDER BY c.type", "t0 t1 t2")]
    [EveryDoor("SELECT DISTINCT TOP 2 VALUE c.type FROM c ORDER BY c.type DESC", "t2 t1")]
    public async Task Should_put_together(string sql, string expected, Door door)
    {
        var results = await accounts[door].PagesAsync(new QueryDefinition(sql), key: null, pageSize: 4);

        Assert.Equal(expected, string.Join(
            ' ', results.SelectMany(page => page).Select(result => result is JsonObject ? result.ToJsonString() : result!.ToString())));
        Assert.All(results, page => Assert.True(page.Count <= 4, $"A page of at most 4 has {page.Count}."));
    }

    [Theory]
    [EveryDoor("SELECT DISTINCT VALUE c.type FROM c", 3)]
    [EveryDoor("SELECT DISTINCT c.type, c.pk FROM c", 20)]
    [EveryDoor("SELECT DISTINCT TOP 2 VALUE c.type FROM c", 2)]
    [EveryDoor("SELECT c.type, COUNT(1) AS n, MAX(c.seq) AS most FROM c GROUP BY c.type", 3)]
    [EveryDoor("SELECT c.type, c.odd FROM c WHERE c.type = 't1' OR c.seq = 19 GROUP BY c.type, c.odd", 5)]
    [EveryDoor("SELECT TOP 7 * FROM c", 7)]
    [EveryDoor("SELECT TOP 0 * FROM c", 0)]
    [EveryDoor("SELECT c.id, c.seq * 2 FROM c OFFSET 15 LIMIT 10", 5)]
    public async Task Should_put_together_in_any_order(string sql, int expected, Door door)
    {
        var results = (await accounts[door].PagesAsync(new QueryDefinition(sql), key: null, pageSize: 4))
            .SelectMany(page => page)
            .Select(result => result!.ToJsonString())
            .ToList();

        Assert.Equal(expected, results.Count);
        Assert.Equal(expected, results.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_put_groups_together(Door door)
    {
        var groups = await accounts[door].QueryAsync(
            "SELECT c.type AS kind, COUNT(1) AS n, MIN(c.seq) AS least, AVG(c.odd) AS mean FROM c WHERE c.seq < 18 GROUP BY c.type",
            key: null);

        Assert.Equal(
            [
                """{"kind":"t0","n":6,"least":0,"mean":13}""",
                """{"kind":"t1","n":6,"least":2,"mean":11}""",
                """{"kind":"t2","n":6,"least":1,"mean":9}""",
            ],
            groups.Select(group => group!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_join_and_sort_over_pages(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(Indexing, door: door);
        for (var i = 0; i < 6; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i}}","seq":{{5 - i}},"tags":["a{{i}}","b{{i}}","c{{i}}"]}""");
        }

        var pages = await account.PagesAsync(
            new QueryDefinition("SELECT VALUE t FROM c JOIN t IN c.tags WHERE t != 'b4' ORDER BY c.seq"),
            key: null,
            pageSize: 2);

        Assert.Equal("a5 b5 c5 a4 c4 a3 b3 c3 a2 b2 c2 a1 b1 c1 a0 b0 c0", string.Join(' ', pages.SelectMany(page => page)));
    }

    /// <summary>
    /// Arrays and objects stand in the order of a hash that the service and the SDK share, so that ranges can be merged and gone on
    /// with.
    /// </summary>
    [Theory]
    [EveryDoor]
    public async Task Should_sort_arrays_and_objects_with_everything_else_and_go_on_after_each(Door door)
    {
        string[] values =
        [
            "null",
            "false",
            "7",
            "\"text\"",
            "[]",
            "[1]",
            "[1,2]",
            "[\"x\",null]",
            "{}",
            """{"a":1}""",
            """{"a":1,"b":[true]}""",
        ];
        await using var account = await CosmosAccount.StartAsync(Indexing, door: door);
        foreach (var (value, i) in values.Select((value, i) => (value, i)))
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i}}","odd":{{value}}}""");
        }

        var whole = await account.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c.odd", key: null);
        var resumed = new List<string>();
        string? token = null;
        do
        {
            using var page = account.Container.GetItemQueryIterator<string>(
                "SELECT VALUE c.id FROM c ORDER BY c.odd",
                token,
                new QueryRequestOptions { MaxItemCount = 1 });
            var answer = await page.ReadNextAsync();
            resumed.AddRange(answer);
            token = answer.ContinuationToken;
        }
        while (token is not null);

        Assert.Equal(["0", "1", "2", "3"], whole.Take(4).Select(id => (string)id!));
        Assert.Equal(["4", "5", "6", "7"], whole.Skip(4).Take(4).Select(id => (string)id!).Order(StringComparer.Ordinal));
        Assert.Equal(["10", "8", "9"], whole.Skip(8).Select(id => (string)id!).Order(StringComparer.Ordinal));
        Assert.Equal(whole.Select(id => (string)id!), resumed);
    }

    [Theory]
    [EveryDoor("SELECT VALUE COUNT(1) + 1 FROM c", "compositions of aggregates")]
    [EveryDoor("SELECT TOP 1 VALUE COUNT(1) FROM c", "aggregates")]
    [EveryDoor("SELECT COUNT(1) AS n, 1 AS k FROM c", "compositions of aggregates")]
    [EveryDoor("SELECT * FROM c ORDER BY c.seq, c.type", "composite")]
    [EveryDoor("SELECT c.type, COUNT(1) + 1 FROM c GROUP BY c.type", "compositions of aggregates")]
    public async Task Should_refuse_what_it_cannot_put_together_exactly(string sql, string reason, Door door)
    {
        var refused = await Assert.ThrowsAsync<CosmosException>(() => accounts[door].QueryAsync(sql, key: null));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    public sealed class Accounts() : SharedAccounts(Indexing, Enumerable.Range(0, 20).Select(
        i => $$"""{"id":"{{i}}","pk":"k{{i}}","seq":{{19 - i}},"type":"t{{(i + 2) % 3}}"{{(i % 2 == 1 ? $",\"odd\":{i}" : "")}}}"""));
}
