using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>An index spans a physical partition. What it doesn't lead to is loaded to be looked at, and charged.</summary>
public sealed class IndexUseTests
{
    private const int Others = 60;
    private const string Indexed = "SELECT * FROM c WHERE c.seq >= 1";

    [Theory]
    [InlineData("""{"path":"/pk/?"},{"path":"/seq/?"}""", 1, 1)]
    [InlineData("""{"path":"/seq/?"}""", Others / 4, Others)]
    public async Task Should_load_the_documents_of_all_keys_beside_it_where_the_key_isnt_indexed(string included, int least, int most)
    {
        await using var account = await StartAsync(included);

        Assert.InRange(await ChargeAsync(account, Indexed), 2.3 + (0.03 * least), 2.3 + (0.035 * most));
        Assert.Equal(least > 1, IsCountedAsScan(account));
    }

    [Theory]
    [InlineData(Indexed, false)]
    [InlineData("SELECT * FROM c WHERE c.text = 'a' AND c.seq = 1", false)]
    [InlineData("SELECT * FROM c WHERE c.id > 'a' ORDER BY c.id", false)]
    [InlineData("SELECT * FROM c WHERE c.id IN ('a', 'b') AND c.text = 'a'", false)]
    [InlineData("SELECT * FROM c WHERE c.kind IN ('a', 'b')", false)]
    [InlineData("SELECT * FROM c WHERE ARRAY_CONTAINS(c.kinds, 'a')", false)]
    [InlineData("SELECT * FROM c WHERE ARRAY_CONTAINS(c.others, 'a')", true)]
    [InlineData("SELECT * FROM c", false)]
    [InlineData("SELECT * FROM c WHERE c.text = 'a'", true)]
    [InlineData("SELECT * FROM c WHERE c.text = 'a' ORDER BY c.seq", true)]
    [InlineData("SELECT * FROM c WHERE c.seq = 1 OR c.text = 'a'", true)]
    public async Task Should_count_a_query_as_a_scan_when_no_index_serves_its_filter(string sql, bool isScan)
    {
        await using var account = await StartAsync("""{"path":"/pk/?"},{"path":"/seq/?"},{"path":"/kind/?"},{"path":"/kinds/[]/?"}""");

        await ChargeAsync(account, sql);

        Assert.Equal(isScan, IsCountedAsScan(account));
    }

    [Fact]
    public async Task Should_charge_each_value_of_an_array_whose_values_are_indexed()
    {
        await using var account = await StartAsync("""{"path":"/pk/?"},{"path":"/kinds/[]/?"}""");

        var none = (await account.CreateAsync("""{"id":"none","pk":"k"}""")).RequestCharge;
        var text = (await account.CreateAsync("""{"id":"text","pk":"k","kinds":"a"}""")).RequestCharge;
        var two = (await account.CreateAsync("""{"id":"two","pk":"k","kinds":["a","b"]}""")).RequestCharge;

        Assert.Equal((none, Math.Round(none + 0.8, 2)), (text, Math.Round(two, 2)));
    }

    private static async Task<CosmosAccount> StartAsync(string included)
    {
        var account = await CosmosAccount.StartAsync($$"""
            "indexingPolicy":{"includedPaths":[{{included}}],"excludedPaths":[{"path":"/*"}]}
            """);
        await account.CreateAsync("""{"id":"a","pk":"k","seq":1,"text":"a"}""");
        for (var i = 0; i < Others; i++)
        {
            await account.CreateAsync($$"""{"id":"a","pk":"other {{i}}","seq":1}""");
        }

        return account;
    }

    private static async Task<double> ChargeAsync(CosmosAccount account, string sql)
    {
        using var pages = account.Container.GetItemQueryIterator<object>(
            sql,
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey("k"), EnableOptimisticDirectExecution = true });
        var page = await pages.ReadNextAsync();
        return page.RequestCharge;
    }

    private static bool IsCountedAsScan(CosmosAccount account) =>
        account.Meter.Read().Any(reading => reading is { Service: "cosmos", Operation: "scan" });
}
