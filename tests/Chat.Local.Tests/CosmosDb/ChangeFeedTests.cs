using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ChangeFeedTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_show_the_latest_version_of_each_item_once_in_order_of_writes(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1}""");
        await account.CreateAsync("""{"id":"b","pk":"k","n":1}""");
        await account.CreateAsync("""{"id":"gone","pk":"k"}""");
        await account.Container.UpsertItemAsync(JsonNode.Parse("""{"id":"a","pk":"k","n":2}"""));
        await account.Container.DeleteItemAsync<object>("gone", new PartitionKey("k"));

        Assert.Equal(["b1", "a2"], await ReadAsync(account, ChangeFeedStartFrom.Beginning()), StringComparer.Ordinal);
        Assert.Equal(
            ["b1", "a2"],
            await ReadAsync(account, ChangeFeedStartFrom.Beginning(FeedRange.FromPartitionKey(new PartitionKey("k")))),
            StringComparer.Ordinal);
        Assert.Empty(await ReadAsync(account, ChangeFeedStartFrom.Beginning(FeedRange.FromPartitionKey(new PartitionKey("other")))));
        Assert.Empty(await ReadAsync(account, ChangeFeedStartFrom.Now()));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_go_on_from_a_page_and_never_divide_a_batch(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1}""");
        using var batch = await account.Container.CreateTransactionalBatch(new PartitionKey("k"))
            .CreateItemStream(CosmosAccount.Json("""{"id":"b","pk":"k","n":1}"""))
            .CreateItemStream(CosmosAccount.Json("""{"id":"c","pk":"k","n":1}"""))
            .CreateItemStream(CosmosAccount.Json("""{"id":"d","pk":"k","n":1}"""))
            .ExecuteAsync();

        using var feed = account.Container.GetChangeFeedIterator<JsonObject>(
            ChangeFeedStartFrom.Beginning(FeedRange.FromPartitionKey(new PartitionKey("k"))),
            ChangeFeedMode.LatestVersion,
            new ChangeFeedRequestOptions { PageSizeHint = 2 });
        var first = await feed.ReadNextAsync();
        using var resumed = account.Container.GetChangeFeedIterator<JsonObject>(
            ChangeFeedStartFrom.ContinuationToken(first.ContinuationToken),
            ChangeFeedMode.LatestVersion);
        var second = await resumed.ReadNextAsync();

        Assert.Equal(4, first.Count);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_start_at_a_time(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock, door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1}""");
        clock.Advance(TimeSpan.FromSeconds(10));
        var since = clock.GetUtcNow().UtcDateTime;
        await account.CreateAsync("""{"id":"b","pk":"k","n":1}""");

        Assert.Equal(["b1"], await ReadAsync(account, ChangeFeedStartFrom.Time(since)), StringComparer.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_be_read_by_range_and_by_key_from_each_kind_of_start(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock, door: door);
        async Task WriteAsync(string name)
        {
            for (var i = 0; i < 10; i++)
            {
                await account.CreateAsync($$"""{"id":"{{name}}{{i}}","pk":"k{{i}}","n":1}""");
            }
        }

        await WriteAsync("old");
        clock.Advance(TimeSpan.FromSeconds(10));
        var since = clock.GetUtcNow().UtcDateTime;
        await WriteAsync("new");
        var ranges = await account.Container.GetFeedRangesAsync();
        var key = FeedRange.FromPartitionKey(new PartitionKey("k3"));
        var nows = ranges.Append(key)
            .Select(
                range => account.Container.GetChangeFeedIterator<JsonObject>(ChangeFeedStartFrom.Now(range), ChangeFeedMode.LatestVersion))
            .ToList();
        foreach (var now in nows)
        {
            Assert.Equal(HttpStatusCode.NotModified, (await now.ReadNextAsync()).StatusCode);
        }

        await WriteAsync("later");
        var counts = new List<int>();
        foreach (var range in ranges)
        {
            var all = await ReadAsync(account, ChangeFeedStartFrom.Beginning(range));
            counts.Add(all.Count - (await ReadAsync(account, ChangeFeedStartFrom.Time(since, range))).Count);
        }

        Assert.Equal(10, counts.Sum());
        Assert.Equal(["old31", "new31", "later31"], await ReadAsync(account, ChangeFeedStartFrom.Beginning(key)), StringComparer.Ordinal);
        Assert.Equal(["new31", "later31"], await ReadAsync(account, ChangeFeedStartFrom.Time(since, key)), StringComparer.Ordinal);
        var pages = await Task.WhenAll(nows.Select(now => now.ReadNextAsync()));
        Assert.Equal(11, pages.Sum(page => page.Count));
        Assert.All(
            pages.SelectMany(page => page),
            document => Assert.StartsWith("later", (string?)document["id"], StringComparison.Ordinal));
        nows.ForEach(now => now.Dispose());
    }

    [Fact]
    public async Task Should_miss_no_write_that_happens_while_it_is_read()
    {
        using var directory = new TemporaryDirectory();
        await using var account = await CosmosAccount.StartAsync(directory: directory.Path);
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 50; i++)
            {
                await account.CreateAsync($$"""{"id":"{{writer}}-{{i}}","pk":"k{{(writer + i) % 5}}","n":1}""");
            }
        }));

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var positions = account.Service.RangesOf("chat", "items").ToDictionary(range => range, _ => 0L, StringComparer.Ordinal);
        bool ended;
        do
        {
            ended = writers.IsCompleted;
            foreach (var range in positions.Keys.ToList())
            {
                var page = await account.Service.ReadChangesAsync("chat", "items", range, positions[range], 7);
                positions[range] = page.Lsn;
                Assert.All(page.Documents, document => Assert.True(seen.Add((string)JsonNode.Parse(document.Span)!["id"]!)));
                ended &= page.Documents.Count == 0;
            }
        }
        while (!ended);

        await writers;
        Assert.Equal(400, seen.Count);
    }

    [Fact]
    public async Task Should_serve_the_trigger_s_leases()
    {
        await using var account = await CosmosAccount.StartAsync(keyPaths: "\"/id\"");
        Assert.Null(await account.Service.ReadDocumentAsync("chat", "items", "lease", "lease"));
        await account.Service.UpsertDocumentAsync("chat", "items", "lease", """{"id":"lease","lsn":1}"""u8.ToArray());
        await account.Service.UpsertDocumentAsync("chat", "items", "lease", """{"id":"lease","lsn":2}"""u8.ToArray());

        Assert.Equal(2, (int?)JsonNode.Parse(await account.Service.ReadDocumentAsync("chat", "items", "lease", "lease"))!["lsn"]);
    }

    private static async Task<List<string>> ReadAsync(CosmosAccount account, ChangeFeedStartFrom start)
    {
        var seen = new List<string>();
        using var feed = account.Container.GetChangeFeedIterator<JsonObject>(
            start,
            ChangeFeedMode.LatestVersion,
            new ChangeFeedRequestOptions { PageSizeHint = 1 });
        while (feed.HasMoreResults)
        {
            var page = await feed.ReadNextAsync();
            if (page.StatusCode == HttpStatusCode.NotModified)
            {
                return seen;
            }

            seen.AddRange(page.Select(document => $"{document["id"]}{document["n"]}"));
        }

        return seen;
    }
}
