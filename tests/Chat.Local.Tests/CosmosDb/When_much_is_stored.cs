using System.Text;
using Chat.Local.CosmosDb;
using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Memory, and what a start reads, grow with what is used and not with what is stored.</summary>
/// <remarks>What is measured is the memory of the process, so that no other test may run meanwhile.</remarks>
[Collection(nameof(When_much_is_stored))]
[CollectionDefinition(nameof(When_much_is_stored), DisableParallelization = true)]
public sealed class When_much_is_stored : IDisposable
{
    private const int Partitions = 20;
    private const int Documents = 1000;
    private const int Many = 5000;
    private const int Looks = 3000;
    private const int Megabyte = 1024 * 1024;

    private static readonly string Text = new('x', 1000);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Should_keep_in_memory_little_of_twenty_megabytes_and_start_without_reading_them()
    {
        await using (var empty = await CosmosAccount.StartAsync(directory: _directory.Path))
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            await FillAsync(empty.Service);
            await WhenMovedAsync(empty.Store);
            AssertTake(10, Documents, before);
        }

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        await using var store = await LocalStore.OpenAsync(_directory.Path, reset: false, TimeProvider.System);
        await using var service = new CosmosService(store, new Meter(TimeProvider.System), new Faults(), TimeProvider.System);
        Assert.NotNull(await service.ReadDocumentAsync("chat", "items", "p3", "d500"));
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Assert.True(allocated < 5 * Megabyte, $"A start and one read took {allocated / Megabyte} MB.");
    }

    [Fact]
    public async Task Should_keep_in_memory_no_more_than_the_latest_changes_while_a_hundred_megabytes_are_written()
    {
        await using var empty = await CosmosAccount.StartAsync(directory: _directory.Path);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await FillAsync(empty.Service, Many);
        AssertTake(45, Many, before);
        await WhenMovedAsync(empty.Store);
        AssertTake(10, Many, before);
    }

    [Fact]
    public async Task Should_find_everything_that_is_in_memory_no_more()
    {
        const string Policy = """ "indexingPolicy":{"includedPaths":[{"path":"/n/?"}],"excludedPaths":[{"path":"/*"}]} """;
        await using var account = await CosmosAccount.StartAsync(Policy, _directory.Path);
        await FillAsync(account.Service);
        Assert.Equal(0, (int?)(await account.FindAsync("p0", "d0"))!["n"]);
        Assert.Equal(Documents, (int)(await account.QueryAsync("SELECT VALUE COUNT(1) FROM c", "p0")).Single()!);
        var last = await account.QueryAsync("SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n DESC", "p0");
        Assert.Equal([999, 998, 997], last.Select(n => (int)n!));
        var middle = await account.QueryAsync("SELECT VALUE c.n FROM c WHERE c.n > 4 AND c.n < 7", "p1");
        Assert.Equal([5, 6], middle.Select(n => (int)n!));
        Assert.Equal(Partitions, (await account.QueryAsync("SELECT VALUE c.pk FROM c WHERE c.n = 7", key: null)).Count);
        var changes = 0;
        foreach (var range in account.Service.RangesOf("chat", "items"))
        {
            var lsn = 0L;
            while (await account.Service.ReadChangesAsync("chat", "items", range, lsn, 500) is { Documents.Count: > 0 } page)
            {
                changes += page.Documents.Count;
                lsn = page.Lsn;
            }
        }

        Assert.Equal(Partitions * Documents, changes);
    }

    [Fact]
    public async Task Should_keep_nothing_of_a_container_that_was_deleted()
    {
        await using (var account = await CosmosAccount.StartAsync("\"defaultTtl\":1000", _directory.Path))
        {
            await account.QueryAsync("SELECT * FROM c ORDER BY c.n");
            await account.Service.UpsertDocumentAsync("chat", "items", "p", Document("p", 1));
            await account.Container.DeleteContainerAsync();
        }

        await using var file = new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "chat.db")};Pooling=False");
        await file.OpenAsync();
        await using var count = file.CreateCommand();
        count.CommandText = "SELECT (SELECT COUNT(*) FROM rows) + (SELECT COUNT(*) FROM entries)";
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    private static void AssertTake(int megabytes, int documents, long before)
    {
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < megabytes * Megabyte, $"{Partitions * documents} documents of 1 KB take {grown / Megabyte} MB of memory.");
    }

    /// <summary>While nobody writes, changes move from memory into the tables, all but a few.</summary>
    private static async Task WhenMovedAsync(LocalStore store)
    {
        for (var look = 0; store.Reading.InMemory > Megabyte; look++)
        {
            Assert.True(look < Looks, $"Everything should move into the tables, but {store.Reading} is what there is.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static async Task FillAsync(CosmosService service, int documents = Documents)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var key = $"p{partition}";
            foreach (var numbers in Enumerable.Range(0, documents).Chunk(Documents))
            {
                await Task.WhenAll(numbers.Select(number => service.UpsertDocumentAsync("chat", "items", key, Document(key, number))));
            }
        }
    }

    private static byte[] Document(string key, int number) =>
        Encoding.UTF8.GetBytes($$"""{"id":"d{{number}}","pk":"{{key}}","n":{{number}},"text":"{{Text}}"}""");
}
