using System.Net;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ThroughputTests
{
    [Fact]
    public async Task Should_throttle_a_container_that_has_used_its_second()
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock);
        account.Service.LimitThroughput("chat", "items", 10);
        using var http = new HttpClient(account.Service.CreateHandler());
        async Task<HttpResponseMessage> CreateAsync(string id)
        {
            using var content = new StringContent($$"""{"id":"{{id}}","pk":"k"}""");
            return await http.PostAsync(new Uri("http://localhost/dbs/chat/colls/items/docs"), content);
        }

        using var first = await CreateAsync("1");
        using var second = await CreateAsync("2");
        using var third = await CreateAsync("3");
        clock.Advance(TimeSpan.FromSeconds(1));
        using var later = await CreateAsync("3");

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.Created], [first.StatusCode, second.StatusCode, third.StatusCode, later.StatusCode]);
        Assert.Equal("1000", Assert.Single(third.Headers.GetValues("x-ms-retry-after-ms")));
    }

    [Fact]
    public async Task Should_serve_the_sdk_s_own_retries_in_the_next_second()
    {
        var clock = new TestClock();
        clock.Advance(TimeSpan.FromMilliseconds(980));
        await using var account = await CosmosAccount.StartAsync(time: clock);
        account.Service.LimitThroughput("chat", "items", 10);
        var throttled = 0;
        using var client = new CosmosClient(account.Service.ConnectionString, new CosmosClientOptions
        {
            ConnectionMode = ConnectionMode.Gateway,
            HttpClientFactory = () => new HttpClient(new Watch(account.Service.CreateHandler(), status =>
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
            using var created = await client.GetContainer("chat", "items").CreateItemStreamAsync(CosmosAccount.Json($$"""{"id":"{{i}}","pk":"k"}"""), new PartitionKey("k"));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        Assert.Equal(1, throttled);
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
