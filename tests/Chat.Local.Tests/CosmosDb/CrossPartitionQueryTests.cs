using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Queries over both ranges of a container, which the SDK plans, spreads and puts together.</summary>
public sealed class CrossPartitionQueryTests
{
    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/seq/?"},{"path":"/type/?"},{"path":"/odd/?"}],"excludedPaths":[],
        "compositeIndexes":[[{"path":"/type","order":"ascending"},{"path":"/seq","order":"descending"}]]}
        """;

    /// <summary>Documents 0 to 19, each of a key of its own: <c>seq</c> 19 to 0, <c>type</c> by thirds, <c>odd</c> for the odd ones only.</summary>
    [Theory]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.seq", "19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq < 5 OR c.seq = 11 ORDER BY c.seq DESC", "8 15 16 17 18 19")]
    [InlineData("SELECT c.id, c.seq AS number FROM c WHERE c.seq < 2 ORDER BY c.seq", """{"id":"19","number":0} {"id":"18","number":1}""")]
    [InlineData("SELECT VALUE c.seq FROM root c WHERE c.type != 't0' ORDER BY c.type, c.seq DESC", "17 14 11 8 5 2 19 16 13 10 7 4 1")]
    [InlineData("SELECT VALUE c.seq FROM c WHERE c.seq > 15 ORDER BY c.type DESC, c.seq", "16 19 17 18")]
    [InlineData("SELECT TOP 3 VALUE c.id FROM c ORDER BY c.seq", "19 18 17")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.seq OFFSET 4 LIMIT 3", "15 14 13")]
    [InlineData("SELECT VALUE c.odd FROM c WHERE c.seq > 15 ORDER BY c.odd", "1 3")]
    [InlineData("SELECT VALUE c.id FROM c WHERE c.seq > 14 ORDER BY c.odd DESC", "3 1 4 2 0")]
    [InlineData("SELECT VALUE COUNT(1) FROM c", "20")]
    [InlineData("SELECT VALUE SUM(c.odd) FROM c", "100")]
    [InlineData("SELECT VALUE MIN(c.odd) FROM c WHERE c.odd > 1", "3")]
    [InlineData("SELECT VALUE MAX(c.type) FROM c", "t2")]
    [InlineData("SELECT VALUE MAX(c.seq) FROM c WHERE c.id = '4'", "15")]
    [InlineData("SELECT VALUE MIN(c.none) FROM c", "")]
    [InlineData("SELECT VALUE AVG(c.seq) FROM c", "9.5")]
    [InlineData("SELECT VALUE AVG(c.none) FROM c", "")]
    [InlineData("SELECT COUNT(c.odd) AS n, MIN(c.seq) AS least, MAX(c.seq) AS most FROM c WHERE c.seq < 9", """{"n":5,"least":0,"most":8}""")]
    [InlineData("SELECT DISTINCT VALUE c.type FROM c ORDER BY c.type", "t0 t1 t2")]
    [InlineData("SELECT DISTINCT TOP 2 VALUE c.type FROM c ORDER BY c.type DESC", "t2 t1")]
    public async Task Should_put_together(string sql, string expected)
    {
        await using var account = await WithDocumentsAsync();

        var results = await account.PagesAsync(new QueryDefinition(sql), key: null, pageSize: 4);

        Assert.Equal(expected, string.Join(' ', results.SelectMany(page => page).Select(result => result is JsonObject ? result.ToJsonString() : result!.ToString())));
        Assert.All(results, page => Assert.True(page.Count <= 4, $"A page of at most 4 has {page.Count}."));
    }

    [Theory]
    [InlineData("SELECT DISTINCT VALUE c.type FROM c", 3)]
    [InlineData("SELECT DISTINCT c.type, c.pk FROM c", 20)]
    [InlineData("SELECT DISTINCT TOP 2 VALUE c.type FROM c", 2)]
    [InlineData("SELECT TOP 7 * FROM c", 7)]
    [InlineData("SELECT TOP 0 * FROM c", 0)]
    [InlineData("SELECT c.id, c.seq * 2 FROM c OFFSET 15 LIMIT 10", 5)]
    public async Task Should_put_together_in_any_order(string sql, int expected)
    {
        await using var account = await WithDocumentsAsync();

        var results = (await account.PagesAsync(new QueryDefinition(sql), key: null, pageSize: 4)).SelectMany(page => page).Select(result => result!.ToJsonString()).ToList();

        Assert.Equal(expected, results.Count);
        Assert.Equal(expected, results.Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData("SELECT VALUE COUNT(1) + 1 FROM c", "aggregates in expressions")]
    [InlineData("SELECT TOP 1 VALUE COUNT(1) FROM c", "aggregates")]
    [InlineData("SELECT * FROM c ORDER BY c.seq, c.type", "composite")]
    [InlineData("SELECT c.type, COUNT(1) FROM c GROUP BY c.type", "GROUP BY")]
    [InlineData("SELECT VALUE c.id FROM c ORDER BY c.list", "arrays or objects")]
    public async Task Should_refuse_what_it_cannot_put_together_exactly(string sql, string reason)
    {
        await using var account = await WithDocumentsAsync();
        await account.CreateAsync("""{"id":"list","pk":"k","list":[1]}""");

        var refused = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql, key: null));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<CosmosAccount> WithDocumentsAsync()
    {
        var account = await CosmosAccount.StartAsync(Indexing);
        for (var i = 0; i < 20; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i}}","seq":{{19 - i}},"type":"t{{(i + 2) % 3}}"{{(i % 2 == 1 ? $",\"odd\":{i}" : "")}}}""");
        }

        return account;
    }
}
