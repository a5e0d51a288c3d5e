using System.Text.Json;
using Microsoft.Azure.Cosmos.Linq;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>A query that LINQ writes finds what the same LINQ finds in a list.</summary>
public sealed class LinqTests
{
    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/*"}],"excludedPaths":[],
        "compositeIndexes":[[{"path":"/kind","order":"ascending"},{"path":"/seq","order":"descending"}]]}
        """;

    private static readonly Entry[] Entries =
        [.. Enumerable.Range(0, 12).Select(i => new Entry(
            $"e{i}", $"k{i % 5}", i % 3 == 0 ? "head" : "message", i, i % 4 == 0 ? null : $"Text {i}", i % 2 == 0, [$"t{i % 3}"]))];

    [Theory]
    [EveryDoor]
    public async Task Should_find_what_a_list_finds(Door door)
    {
        await using var account = await WithEntriesAsync(door);
        string[] some = ["e1", "e7", "e99"];

        await AgreesAsync(account, entries => entries.OrderBy(entry => entry.Seq));
        await AgreesAsync(
            account,
            entries => entries.Where(entry => entry.Kind == "message" && entry.Seq > 3).OrderByDescending(entry => entry.Seq));
        await AgreesAsync(account, entries => entries.Where(entry => !entry.Gone || entry.Seq < 3).OrderBy(entry => entry.Seq));
        await AgreesAsync(
            account,
            entries => entries.Where(entry => entry.Text != null).OrderBy(entry => entry.Seq).Select(entry => entry.Text));
        await AgreesAsync(account, entries => entries
            .Where(entry => entry.Text != null && entry.Text.StartsWith("Text 1"))
            .OrderBy(entry => entry.Seq)
            .Select(entry => entry.Id));
        await AgreesAsync(
            account,
            entries => entries.Where(entry => some.Contains(entry.Id)).OrderBy(entry => entry.Seq).Select(entry => entry.Id));
        await AgreesAsync(
            account,
            entries => entries.Where(entry => entry.Tags.Contains("t1")).OrderBy(entry => entry.Seq).Select(entry => entry.Id));
        await AgreesAsync(account, entries => entries.OrderBy(entry => entry.Seq).Select(entry => new { entry.Id, Twice = entry.Seq * 2 }));
        await AgreesAsync(account, entries => entries.OrderBy(entry => entry.Kind).ThenByDescending(entry => entry.Seq).Skip(2).Take(4));
        await AgreesAsync(account, entries => entries.OrderBy(entry => entry.Seq).Skip(3).Select(entry => entry.Id));
        await AgreesAsync(account, entries => entries.OrderBy(entry => entry.Seq).SelectMany(entry => entry.Tags));
        await AgreesAsync(
            account,
            entries => entries.Where(entry => entry.Tags.Any(tag => tag == "t2")).OrderBy(entry => entry.Seq).Select(entry => entry.Id));
        await AgreesAsync(
            account,
            entries => entries.OrderBy(entry => entry.Seq).Select(entry => new { entry.Id, Shown = entry.Gone ? "gone" : entry.Text }));
        await AgreesAsync(account, entries => entries
            .Where(entry => entry.Text != null)
            .OrderBy(entry => entry.Seq)
            .Select(entry => new { entry.Id, Short = entry.Text!.Replace("1", "!").TrimStart() }));
        await AgreesAsync(
            account,
            entries => entries.OrderBy(entry => entry.Seq).Select(entry => new { entry.Id, Root = Math.Floor(Math.Sqrt(entry.Seq)) }));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_fold(Door door)
    {
        await using var account = await WithEntriesAsync(door);
        var entries = account.Container.GetItemLinqQueryable<Entry>();

        Assert.Equal(8, (await entries.Where(entry => entry.Kind == "message").CountAsync()).Resource);
        Assert.Equal(66, (await entries.Select(entry => entry.Seq).SumAsync()).Resource);
        Assert.Equal(11, (await entries.Select(entry => entry.Seq).MaxAsync()).Resource);
    }

    private static async Task AgreesAsync<T>(CosmosAccount account, Func<IQueryable<Entry>, IQueryable<T>> query)
    {
        var found = new List<T>();
        using var iterator = query(account.Container.GetItemLinqQueryable<Entry>()).ToFeedIterator();
        while (iterator.HasMoreResults)
        {
            found.AddRange(await iterator.ReadNextAsync());
        }

        Assert.NotEmpty(found);
        Assert.Equal(
            query(Entries.AsQueryable()).AsEnumerable().Select(one => JsonSerializer.Serialize(one)),
            found.Select(one => JsonSerializer.Serialize(one)),
            StringComparer.Ordinal);
    }

    private static async Task<CosmosAccount> WithEntriesAsync(Door door)
    {
        var account = await CosmosAccount.StartAsync(Indexing, door: door);
        foreach (var entry in Entries)
        {
            await account.Container.CreateItemAsync(entry);
        }

        return account;
    }

    public sealed record Entry(string Id, string Pk, string Kind, int Seq, string? Text, bool Gone, string[] Tags);
}
