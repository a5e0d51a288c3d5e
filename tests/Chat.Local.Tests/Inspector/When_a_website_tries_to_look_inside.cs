using System.Net;
using System.Text;
using Chat.Local.Inspector;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Local.Tests.Inspector;

public sealed class When_a_website_tries_to_look_inside
{
    [Theory]
    [InlineData("GET", "local")]
    [InlineData("GET", "local/app.js")]
    [InlineData("GET", "local/token?user=alice")]
    [InlineData("GET", "local/meter")]
    [InlineData("GET", "local/api/queues")]
    [InlineData("DELETE", "local/api/queues/fanout/dead-lettered")]
    [InlineData("POST", "admin/functions/Yearly")]
    public async Task Should_answer_only_to_this_machines_own_names(string method, string path)
    {
        await using var host = await InspectedHost.StartAsync();
        foreach (var (name, isOurs) in new[]
        {
            ("evil.example", false), ("localhost.evil.example", false), ("LOCALHOST:1", true), ("127.0.0.1", true), ("[::1]:7071", true),
        })
        {
            using var content = new StringContent("{}", Encoding.UTF8, "application/json");
            var status = await host.StatusAsync(new HttpMethod(method), path, name, content);
            Assert.True(isOurs == ((int)status < 300) && isOurs != (status == HttpStatusCode.Forbidden), $"{path} as {name}: {status}");
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.168.1.2", false)]
    [InlineData("2001:db8::1", false)]
    public void Should_answer_only_callers_on_this_machine(string address, bool answers)
    {
        var http = new DefaultHttpContext
        {
            Request = { Host = new HostString("localhost", 7071) },
            Connection = { RemoteIpAddress = IPAddress.Parse(address) },
        };
        Assert.Equal(answers, LocalRoutes.IsFromHere(http));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("http://[::1]:7071", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("https://localhost.evil.example", false)]
    [InlineData("null", false)]
    public void Should_answer_only_pages_of_this_machine(string? origin, bool answers)
    {
        var http = new DefaultHttpContext
        {
            Request = { Host = new HostString("localhost", 7071) },
            Connection = { RemoteIpAddress = IPAddress.Loopback },
        };
        http.Request.Headers.Origin = origin;
        Assert.Equal(answers, LocalRoutes.IsFromHere(http));
    }

    [Theory]
    [InlineData("POST", "/resubmit")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/{0}/resubmit")]
    [InlineData("DELETE", "/{0}")]
    public async Task Should_change_nothing_without_the_header(string method, string path)
    {
        await using var host = await InspectedHost.StartAsync();
        var letter = (await host.AddDeadLettersAsync("a")).Single();
        var address = "local/api/queues/fanout/dead-lettered" + path.Replace("{0}", $"{letter}", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync(new HttpMethod(method), address, withHeader: false));
        Assert.Equal(1, host.Azure.ServiceBus.Find(InspectedHost.Queue)!.Count().DeadLettered);
    }

    [Fact]
    public async Task Should_let_no_page_frame_it_and_load_nothing_from_elsewhere()
    {
        await using var host = await InspectedHost.StartAsync();
        using var page = await host.Http.GetAsync(new Uri("local", UriKind.Relative));
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }
}
