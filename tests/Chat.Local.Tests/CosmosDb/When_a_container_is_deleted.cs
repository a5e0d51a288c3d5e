using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;
using Chat.Local.Store;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Those who use a container while it is deleted hear that it is gone, and the account goes on.</summary>
/// <remarks>Not while another test measures memory.</remarks>
[Collection(nameof(When_much_is_stored))]
public sealed class When_a_container_is_deleted
{
    private static readonly JsonElement Json = JsonElement.Parse("""{"id":"c","partitionKey":{"paths":["/pk"]}}""");

    [Fact]
    public async Task Should_answer_404_and_write_nothing_more()
    {
        await using var store = LocalStore.InMemory();
        using var catalog = new Catalog(store, TimeProvider.System);
        catalog.Declare("chat", new ContainerDefinition(Json));
        var container = catalog.Find("chat", "c")!;
        var partition = container.GetOrAdd(PartitionKeyValue.Of("p"));

        // More than stays in memory, so that the walk reads the second document from the store.
        for (var number = 0; number < 5; number++)
        {
            Upsert(partition, number);
        }

        using var walk = partition.Items.GetEnumerator();
        Assert.True(walk.MoveNext());
        using var walkOfKeys = container.KeysFrom(partition.Range, "", "", "FF").GetEnumerator();
        Assert.True(walkOfKeys.MoveNext());

        catalog.Delete(container, null);
        catalog.Declare("chat", new ContainerDefinition(Json));

        Action[] uses =
        [
            () => walk.MoveNext(),
            () => container.Find(partition.Number, "d0"),
            () => container.Find(PartitionKeyValue.Of("unknown").Text),
            () => container.GetOrAdd(PartitionKeyValue.Of("q")),
            () => Upsert(partition, 0),
            () => Upsert(partition, 9),
            () => container.KindOf(new SortOrder([new SortKey(JsonPath.Parse("/n"), Descending: false)])),
            () => catalog.Replace(container, new ContainerDefinition(Json), null),
            () => catalog.Delete(container, null),
        ];
        Assert.All(uses, use => Assert.Equal(404, Assert.Throws<RefusedException>(use).Status));
        Assert.False(store.Failed.IsCompleted);
        Assert.Empty(catalog.Find("chat", "c")!.Partitions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_leave_nothing_behind_although_the_process_ends_amid_it(bool isCutShort)
    {
        using var directory = new TemporaryDirectory();
        List<long> numbers;
        await using (var store = await LocalStore.OpenAsync(directory.Path, reset: false, TimeProvider.System))
        {
            using var catalog = new Catalog(store, TimeProvider.System);
            catalog.Declare("chat", new ContainerDefinition(Json));
            var container = catalog.Find("chat", "c")!;
            foreach (var key in new[] { "p", "q", "r" })
            {
                var partition = container.GetOrAdd(PartitionKeyValue.Of(key));
                for (var number = 0; number < 1_000; number++)
                {
                    Upsert(partition, number, length: 10);
                }
            }

            // An order that a query asked for, and what is left of one whose making failed.
            container.KindOf(new SortOrder([new SortKey(JsonPath.Parse("/text"), Descending: false)]));
            store.Put([Write.AddEntry(new IndexName(container.Find("""["p"]""")!.Number, IndexKind.FirstOrder + 1), [1], 1)]);
            numbers = [.. container.Partitions.SelectMany(partition => partition.Items).Select(item => item.Number)];
            if (isCutShort)
            {
                // All that the first commit of a deletion does.
                store.Put(container.Record.StoredAsDeleted(container.Definition));
            }
            else
            {
                catalog.Delete(container, null);
            }
        }

        await using (var again = await LocalStore.OpenAsync(directory.Path, reset: false, TimeProvider.System))
        {
            using var after = new Catalog(again, TimeProvider.System);
            Assert.Null(after.Find("chat", "c"));
            Assert.Equal(3_000, numbers.Count);
            Assert.All(numbers, number => Assert.Null(again.Read(number, static (tables, row) => tables.Row(row))));
            after.Declare("chat", new ContainerDefinition(Json));
            Assert.Empty(after.Find("chat", "c")!.Partitions);
        }

        await using var file = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "chat.db")};Pooling=False");
        await file.OpenAsync();
        await using var count = file.CreateCommand();
        count.CommandText = "SELECT (SELECT COUNT(*) FROM rows) + (SELECT COUNT(*) FROM entries)";
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Should_count_as_deleted_before_anything_of_it_is_missing()
    {
        await using var store = LocalStore.InMemory();
        using var catalog = new Catalog(store, TimeProvider.System);
        catalog.Declare("chat", new ContainerDefinition(Json));
        var container = catalog.Find("chat", "c")!;
        container.GetOrAdd(PartitionKeyValue.Of("p"));
        container.Delete(Look());
        Assert.Equal(404, Assert.Throws<RefusedException>(container.ThrowIfDeleted).Status);

        IEnumerable<Write> Look()
        {
            Assert.Throws<RefusedException>(container.ThrowIfDeleted);
            yield return Write.Delete(store.NewId());
        }
    }

    private static void Upsert(LogicalPartition partition, int number, int length = 1_500_000)
    {
        var key = partition.Key.Text.Trim('[', ']');
        using var draft = Draft.Parse(
            Encoding.UTF8.GetBytes($$"""{"id":"d{{number}}","pk":{{key}},"text":"{{new string('x', length)}}"}"""));
        lock (partition.Lock)
        {
            lock (partition.Range.Lock)
            {
                var transaction = new Transaction(partition, refuseConditions: false);
                transaction.Upsert(draft, ifMatch: null);
                transaction.Commit();
            }
        }
    }
}
