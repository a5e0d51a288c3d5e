using System.Globalization;
using System.Net;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>A query may be short and ask for endless work. It is refused before it takes the process along.</summary>
public sealed class When_a_query_is_too_much_work
{
    private const string Sixteen = "{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0},{0}";

    /// <summary>Each JOIN makes a value sixteen times as long as the one before.</summary>
    [Theory]
    [InlineData("CONCAT(" + Sixteen + ")")]
    [InlineData("[" + Sixteen + "]")]
    [InlineData("ARRAY_CONCAT([{0}]," + Sixteen + ")")]
    [InlineData("REPLACE({0}, 'x', 'xxxxxxxxxxxxxxxx')")]
    [InlineData(
        "{{\"a\":{0},\"b\":{0},\"c\":{0},\"d\":{0},\"e\":{0},\"f\":{0},\"g\":{0},\"h\":{0},\"i\":{0},\"j\":{0},\"k\":{0},\"l\":{0}}}")]
    public async Task Should_refuse_values_that_grow_without_end(string longer)
    {
        var start = longer.StartsWith("ARRAY_CONCAT", StringComparison.Ordinal) ? "[c.text]" : "c.text";
        var joins = Enumerable.Range(1, 5).Select(
            n => $"JOIN (SELECT VALUE {string.Format(CultureInfo.InvariantCulture, longer, n == 1 ? start : $"x{n - 1}")}) x{n}");
        await RefusesAsync($"SELECT VALUE LENGTH(x5) FROM c {string.Join(' ', joins)}", "characters");
    }

    [Fact]
    public Task Should_refuse_a_result_of_endlessly_many_members() =>
        RefusesAsync($"SELECT {string.Join(", ", Enumerable.Range(0, 5_000).Select(n => $"c.text AS m{n}"))} FROM c", "characters");

    [Fact]
    public Task Should_refuse_conditions_that_are_evaluated_endlessly_often() =>
        RefusesAsync(
            "SELECT VALUE 1 FROM c JOIN a IN c.many JOIN b IN c.many JOIN d IN c.many "
                + $"WHERE {string.Join(" OR ", Enumerable.Repeat("a * b * d < 0", 20))}",
            "steps");

    [Fact]
    public Task Should_refuse_joins_that_multiply() =>
        RefusesAsync("SELECT VALUE COUNT(1) FROM c JOIN a IN c.many JOIN b IN c.many JOIN d IN c.many JOIN e IN c.many", "rows");

    /// <summary>What an honest query may need is far below the bounds.</summary>
    [Fact]
    public async Task Should_take_long_texts_and_large_sets()
    {
        await using var account = await CosmosAccount.StartAsync();
        var numbers = string.Join(',', Enumerable.Range(0, 20_000));
        await account.CreateAsync($$"""{"id":"a","pk":"k","text":"{{new string('x', 900_000)}}","some":[{{numbers}}]}""");

        Assert.Equal(1_800_000, (int)Assert.Single(await account.QueryAsync("SELECT VALUE LENGTH(CONCAT(c.text, c.text)) FROM c"))!);
        Assert.Equal(
            20_000,
            (int)Assert.Single(await account.QueryAsync("SELECT VALUE ARRAY_LENGTH(SetIntersect(c.some, c.some)) FROM c"))!);
        Assert.True((bool)Assert.Single(await account.QueryAsync("SELECT VALUE ARRAY_CONTAINS_ANY(c.some, 19999, -1) FROM c"))!);
        Assert.False((bool)Assert.Single(await account.QueryAsync("SELECT VALUE ARRAY_CONTAINS_ALL(c.some, 19999, -1) FROM c"))!);
    }

    private static async Task RefusesAsync(string sql, string because)
    {
        await using var account = await CosmosAccount.StartAsync();
        await account.CreateAsync(
            $$"""{"id":"a","pk":"k","text":"{{new string('x', 1_000)}}","many":[{{string.Join(',', Enumerable.Range(1, 90))}}]}""");

        var refusal = await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync(sql));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.StatusCode);
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }
}
