using System.Net;
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
}
