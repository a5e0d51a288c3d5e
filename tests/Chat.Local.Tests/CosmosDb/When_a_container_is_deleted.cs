using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;
using Chat.Local.Store;
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

    private static void Upsert(LogicalPartition partition, int number)
    {
        using var draft = Draft.Parse(Encoding.UTF8.GetBytes($$"""{"id":"d{{number}}","pk":"p","text":"{{new string('x', 1_500_000)}}"}"""));
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
