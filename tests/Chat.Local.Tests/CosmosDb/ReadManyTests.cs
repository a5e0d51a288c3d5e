using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The SDK asks for many items in several ways, by what their keys are.</summary>
public sealed class ReadManyTests
{
    [Theory]
    [EveryDoor("\"/pk\"", "Hash", 1)]
    [EveryDoor("\"/pk\"", "Hash", 13)]
    [EveryDoor("\"/id\"", "Hash", 1)]
    [EveryDoor("\"/pk\",\"/id\"", "MultiHash", 5)]
    [EveryDoor("\"/n\"", "Hash", 1)]
    public async Task Should_find_those_that_exist(string keyPaths, string kind, int keys, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(keyPaths: keyPaths, kind: kind, door: door);
        for (var i = 0; i < 40; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i % keys}}","n":{{i}}}""");
        }

        PartitionKey KeyOf(int i) => keyPaths switch
        {
            "\"/pk\"" => new PartitionKey($"k{i % keys}"),
            "\"/id\"" => new PartitionKey($"{i}"),
            "\"/n\"" => new PartitionKey(i),
            _ => new PartitionKeyBuilder().Add($"k{i % keys}").Add($"{i}").Build(),
        };
        var found = await account.Container.ReadManyItemsAsync<JsonObject>([.. Enumerable.Range(30, 30).Select(i => ($"{i}", KeyOf(i)))]);

        Assert.Equal(Enumerable.Range(30, 10), found.Select(item => int.Parse((string)item["id"]!, CultureInfo.InvariantCulture)).Order());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_find_all_in_a_container_made_the_usual_way(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var container = (await account.Client.GetDatabase("chat").CreateContainerAsync(new ContainerProperties("usual", "/pk"))).Container;
        for (var i = 0; i < 100; i++)
        {
            await container.CreateItemAsync(JsonNode.Parse($$"""{"id":"{{i}}","pk":"k{{i / 2}}"}"""));
        }

        var found = await container.ReadManyItemsAsync<JsonObject>(
            [.. Enumerable.Range(0, 100).Select(i => ($"{i}", new PartitionKey($"k{i / 2}")))]);
        var ofOneKey = await container.ReadManyItemsAsync<JsonObject>([("6", new PartitionKey("k3")), ("7", new PartitionKey("k3"))]);

        Assert.Equal(100, found.Count);
        Assert.Equal(2, ofOneKey.Count);
    }

    [Fact]
    public async Task Should_cost_what_is_read_however_much_else_there_is()
    {
        await using var account = await CosmosAccount.StartAsync();
        for (var i = 0; i < 300; i++)
        {
            await account.CreateAsync($$"""{"id":"{{i}}","pk":"k{{i % 3}}"}""");
        }

        var two = await account.Container.ReadManyItemsAsync<JsonObject>([("3", new PartitionKey("k0")), ("6", new PartitionKey("k0"))]);

        Assert.Equal(2, two.Count);
        Assert.InRange(two.RequestCharge, 2.3, 2.4);
    }

    [Fact]
    public async Task Should_find_one_and_those_without_a_key()
    {
        await using var account = await CosmosAccount.StartAsync();
        await account.CreateAsync("""{"id":"a","pk":"k"}""");
        await account.CreateAsync("""{"id":"b"}""");
        await account.CreateAsync("""{"id":"c","pk":null}""");

        var one = await account.Container.ReadManyItemsAsync<JsonObject>([("a", new PartitionKey("k"))]);
        var all = await account.Container.ReadManyItemsAsync<JsonObject>(
            [("a", new PartitionKey("k")), ("b", PartitionKey.None), ("c", PartitionKey.Null), ("d", PartitionKey.Null)]);

        Assert.Single(one);
        Assert.Equal(["a", "b", "c"], all.Select(item => (string)item["id"]!).Order(StringComparer.Ordinal));
    }
}
