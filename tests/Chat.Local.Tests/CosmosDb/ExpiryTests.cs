using Chat.Local.CosmosDb;
using Chat.Local.Store;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ExpiryTests
{
    private readonly TestClock _clock = new();

    [Theory]
    [EveryDoor]
    public async Task Should_hide_an_item_when_its_time_has_come(Door door)
    {
        await using var account = await CosmosAccount.StartAsync("\"defaultTtl\":-1", time: _clock, door: door);
        await account.CreateAsync("""{"id":"short","pk":"k","ttl":10}""");
        await account.CreateAsync("""{"id":"long","pk":"k"}""");

        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(await account.FindAsync("k", "short"));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await account.FindAsync("k", "short"));
        Assert.Equal(["long"], (await account.QueryAsync("SELECT VALUE c.id FROM c")).Select(id => (string)id!), StringComparer.Ordinal);
        Assert.Equal(201, (int)(await account.CreateAsync("""{"id":"short","pk":"k"}""")).StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_count_from_the_last_write(Door door)
    {
        await using var account = await CosmosAccount.StartAsync("\"defaultTtl\":10", time: _clock, door: door);
        await account.CreateAsync("""{"id":"a","pk":"k"}""");
        await account.CreateAsync("""{"id":"for-ever","pk":"k","ttl":-1}""");
        _clock.Advance(TimeSpan.FromSeconds(6));
        await account.Container.PatchItemAsync<object>("a", new PartitionKey("k"), [PatchOperation.Set("/x", 1)]);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.NotNull(await account.FindAsync("k", "a"));
        _clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Null(await account.FindAsync("k", "a"));
        Assert.NotNull(await account.FindAsync("k", "for-ever"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_ignore_a_document_s_ttl_when_the_container_has_none(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(time: _clock, door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","ttl":1}""");
        _clock.Advance(TimeSpan.FromDays(1));

        Assert.NotNull(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_remove_expired_items_for_good(Door door)
    {
        using var directory = new TemporaryDirectory();
        await using (var account = await CosmosAccount.StartAsync("\"defaultTtl\":-1", directory.Path, _clock, door: door))
        {
            await account.CreateAsync("""{"id":"a","pk":"k","ttl":10}""");
            await account.CreateAsync("""{"id":"b","pk":"k","ttl":100}""");
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        // A clock that went back would show an item that was only hidden.
        await using var later = await CosmosAccount.StartAsync("\"defaultTtl\":-1", directory.Path, new TestClock(), door: door);
        Assert.Null(await later.FindAsync("k", "a"));
        Assert.NotNull(await later.FindAsync("k", "b"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_bring_nothing_back_when_the_next_start_declares_a_longer_time(Door door)
    {
        using var directory = new TemporaryDirectory();
        await using (var account = await CosmosAccount.StartAsync("\"defaultTtl\":10", directory.Path, _clock, door: door))
        {
            await account.CreateAsync("""{"id":"a","pk":"k"}""");
            await account.CreateAsync("""{"id":"b","pk":"k","ttl":100}""");
        }

        _clock.Advance(TimeSpan.FromSeconds(20));

        await using var later = await CosmosAccount.StartAsync("\"defaultTtl\":1000", directory.Path, _clock, door: door);
        Assert.Null(await later.FindAsync("k", "a"));
        Assert.NotNull(await later.FindAsync("k", "b"));
        await later.CreateAsync("""{"id":"c","pk":"k"}""");
        _clock.Advance(TimeSpan.FromSeconds(900));
        Assert.Equal(["c"], (await later.QueryAsync("SELECT VALUE c.id FROM c")).Select(id => (string)id!));
    }

    [Fact]
    public async Task Should_leave_what_expires_while_the_store_closes_to_the_next_start()
    {
        using var directory = new TemporaryDirectory();
        var store = await LocalStore.OpenAsync(directory.Path, reset: false, TimeProvider.System);
        await using var service = new CosmosService(store, new Meter(_clock), new Faults(), _clock);
        service.CreateContainers("""{"database":"chat","containers":[{"id":"items","partitionKey":{"paths":["/pk"]},"defaultTtl":-1}]}""");
        await service.UpsertDocumentAsync("chat", "items", "k", """{"id":"a","pk":"k","ttl":10}"""u8.ToArray());
        await store.DisposeAsync();

        // Nothing may be thrown here: on a real clock's thread it would end the process.
        _clock.Advance(TimeSpan.FromSeconds(10));
    }
}
