using System.Text.Json.Nodes;
using Chat.Local.Store;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class RestartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [EveryDoor]
    public async Task Should_come_back_with_everything_that_was_acknowledged(Door door)
    {
        string etag;
        string session;
        await using (var account = await StartAsync(door))
        {
            etag = (await account.CreateAsync("""{"id":"a","pk":"k","n":1}""")).ETag;
            using var batch = await account.Container.CreateTransactionalBatch(new PartitionKey("k"))
                .CreateItemStream(CosmosAccount.Json("""{"id":"b","pk":"k","n":2}"""))
                .CreateItemStream(CosmosAccount.Json("""{"id":"c","pk":"k","n":3}"""))
                .ExecuteAsync();
            Assert.True(batch.IsSuccessStatusCode);
            var deleted = await account.Container.DeleteItemAsync<object>("c", new PartitionKey("k"));
            session = deleted.Headers.Session;
        }

        await using var again = await StartAsync(door);
        using var read = await again.Container.ReadItemStreamAsync(
            "a",
            new PartitionKey("k"),
            new ItemRequestOptions { SessionToken = session });
        Assert.Equal(200, (int)read.StatusCode);
        Assert.Equal(etag, read.Headers.ETag);
        Assert.Equal(
            ["b", "a"],
            (await again.QueryAsync("SELECT VALUE c.id FROM c ORDER BY c.n DESC")).Select(id => (string)id!),
            StringComparer.Ordinal);

        var replaced = await again.Container.ReplaceItemAsync(
            JsonNode.Parse("""{"id":"a","pk":"k"}"""),
            "a",
            new PartitionKey("k"),
            new ItemRequestOptions { IfMatchEtag = etag });
        Assert.True(LsnOf(replaced.Headers.Session) > LsnOf(session), $"{replaced.Headers.Session} after {session}");
    }

    [Fact]
    public async Task Should_continue_the_change_feed()
    {
        long seen;
        await using (var account = await StartAsync())
        {
            var first = await account.CreateAsync("""{"id":"a","pk":"k"}""");
            seen = (await account.Service.ReadChangesAsync("chat", "items", RangeOf(first), 0, 10)).Lsn;
        }

        await using var again = await StartAsync();
        var second = await again.CreateAsync("""{"id":"b","pk":"k"}""");
        var page = await again.Service.ReadChangesAsync("chat", "items", RangeOf(second), seen, 10);
        Assert.Equal("b", (string?)JsonNode.Parse(Assert.Single(page.Documents).Span)!["id"]);
    }

    [Fact]
    public async Task Should_take_the_indexing_policy_of_now_but_no_other_key()
    {
        await using (var account = await StartAsync())
        {
            await account.CreateAsync("""{"id":"a","pk":"k","text":"t"}""");
        }

        await using (
            var account = await CosmosAccount.StartAsync("\"indexingPolicy\":{\"excludedPaths\":[{\"path\":\"/*\"}]}", _directory.Path))
        {
            await Assert.ThrowsAsync<CosmosException>(() => account.QueryAsync("SELECT * FROM c ORDER BY c.text"));
        }

        await Assert.ThrowsAsync<LocalStoreException>(() => CosmosAccount.StartAsync(directory: _directory.Path, keyPaths: "\"/other\""));
    }

    public void Dispose() => _directory.Dispose();

    private static long LsnOf(string session) => long.Parse(session.Split('#')[1], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The range of key <c>k</c>, which the session token names.</summary>
    private static string RangeOf(ItemResponse<JsonObject> written) => written.Headers.Session.Split(':')[0];

    private Task<CosmosAccount> StartAsync(Door door = Door.InProcess) => CosmosAccount.StartAsync(directory: _directory.Path, door: door);
}
