using System.Net;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ThroughputTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_throttle_a_container_that_has_used_its_second(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock, door: door);
        account.Service.LimitThroughput("chat", "items", 10);
        async Task<HttpResponseMessage> CreateAsync(string id)
        {
            using var content = new StringContent($$"""{"id":"{{id}}","pk":"k"}""");
            return await account.Http.PostAsync(new Uri("dbs/chat/colls/items/docs", UriKind.Relative), content);
        }

        using var first = await CreateAsync("1");
        using var second = await CreateAsync("2");
        using var third = await CreateAsync("3");
        clock.Advance(TimeSpan.FromSeconds(1));
        using var later = await CreateAsync("3");

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.Created],
            [first.StatusCode, second.StatusCode, third.StatusCode, later.StatusCode]);
        Assert.Equal("1000", Assert.Single(third.Headers.GetValues("x-ms-retry-after-ms")));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_serve_the_sdk_s_own_retries_in_the_next_second(Door door)
    {
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromMilliseconds(980));
        await using var account = await CosmosAccount.StartAsync(time: clock, door: door);
        account.Service.LimitThroughput("chat", "items", 10);
        var throttled = 0;
        using var client = new CosmosClient(account.ConnectionString, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            HttpClientFactory = () => new HttpClient(new Watch(account.NewHandler(), status =>
            {
                if (status == HttpStatusCode.TooManyRequests)
                {
                    throttled++;
                    clock.Advance(TimeSpan.FromMilliseconds(20));
                }
            })),
        });

        for (var i = 0; i < 3; i++)
        {
            using var created = await client.GetContainer("chat", "items").CreateItemStreamAsync(
                CosmosAccount.Json($$"""{"id":"{{i}}","pk":"k"}"""),
                new PartitionKey("k"));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        Assert.Equal(1, throttled);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_keep_what_a_container_was_given_and_hold_it_to_that(Door door)
    {
        var clock = new TestClock();
        using var directory = new TemporaryDirectory();
        await using (var account = await CosmosAccount.StartAsync(directory: directory.Path, time: clock, door: door))
        {
            var created = await account.Client.GetDatabase("chat").CreateContainerAsync("given", "/pk", throughput: 500);
            Assert.Equal(500, await created.Container.ReadThroughputAsync());
            Assert.Equal(600, (await created.Container.ReplaceThroughputAsync(600)).Resource.Throughput);
        }

        await using var again = await CosmosAccount.StartAsync(directory: directory.Path, time: clock, door: door);
        Assert.Equal(600, await again.Client.GetContainer("chat", "given").ReadThroughputAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await UntilThrottledAsync(again, "given", 600));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Created, await CreateAsync(again, "given", "later"));
        await again.Client.GetContainer("chat", "given").DeleteContainerAsync();
        Assert.Null(await again.Client.GetContainer("chat", "given").ReadThroughputAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_share_the_throughput_of_a_database(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(time: new TestClock(), door: door);
        var database = (await account.Client.CreateDatabaseAsync("shared", ThroughputProperties.CreateAutoscaleThroughput(1000))).Database;
        await database.CreateContainerAsync("one", "/pk");
        await database.CreateContainerAsync("two", "/pk");
        await database.CreateContainerAsync("own", "/pk", 400);

        var offer = (await database.ReadThroughputAsync(new RequestOptions())).Resource;
        Assert.Equal((1000, 1000), (offer.AutoscaleMaxThroughput, offer.Throughput));
        Assert.Equal(
            2000,
            (await database.ReplaceThroughputAsync(ThroughputProperties.CreateAutoscaleThroughput(2000))).Resource.AutoscaleMaxThroughput);
        Assert.Null(await database.GetContainer("one").ReadThroughputAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await UntilThrottledAsync(account, "one", 2000, "shared"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await CreateAsync(account, "two", "more", "shared"));
        Assert.Equal(HttpStatusCode.Created, await CreateAsync(account, "own", "more", "shared"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_limit_nothing_unasked(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(time: new TestClock(), door: door);

        Assert.Null(await account.Container.ReadThroughputAsync());
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(HttpStatusCode.Created, await CreateAsync(account, "items", $"{i}"));
        }
    }

    [Theory]
    [EveryDoor(300, false)]
    [EveryDoor(450, false)]
    [EveryDoor(1500, true)]
    public async Task Should_refuse_throughput_that_the_service_would(int units, bool isAutoscale, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var asked = isAutoscale
            ? ThroughputProperties.CreateAutoscaleThroughput(units)
            : ThroughputProperties.CreateManualThroughput(units);

        var refused = await Assert.ThrowsAsync<CosmosException>(
            () => account.Client.GetDatabase("chat").CreateContainerAsync(new ContainerProperties("given", "/pk"), asked));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("in increments of", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_to_go_from_manual_throughput_to_autoscale(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var created = await account.Client.GetDatabase("chat").CreateContainerAsync("given", "/pk", throughput: 500);

        var refused = await Assert.ThrowsAsync<CosmosException>(
            () => created.Container.ReplaceThroughputAsync(ThroughputProperties.CreateAutoscaleThroughput(1000)));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(500, await created.Container.ReadThroughputAsync());
    }

    /// <summary>Writes until the limit must be met, and returns the last status.</summary>
    private static async Task<HttpStatusCode> UntilThrottledAsync(
        CosmosAccount account,
        string container,
        int units,
        string database = "chat")
    {
        var status = HttpStatusCode.Created;
        for (var i = 0; status == HttpStatusCode.Created && i <= units / 5; i++)
        {
            status = await CreateAsync(account, container, $"{i}", database);
        }

        return status;
    }

    private static async Task<HttpStatusCode> CreateAsync(CosmosAccount account, string container, string id, string database = "chat")
    {
        using var content = new StringContent($$"""{"id":"{{id}}","pk":"k"}""");
        using var response = await account.Http.PostAsync(
            new Uri($"dbs/{database}/colls/{container}/docs", UriKind.Relative), content);
        return response.StatusCode;
    }

    private sealed class Watch(HttpMessageHandler inner, Action<HttpStatusCode> seen) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            seen(response.StatusCode);
            return response;
        }
    }
}
