using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>Event streams and polls on the wire.</summary>
public class TransportTests
{
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task An_event_is_a_frame_and_the_token_may_be_in_the_query()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await NegotiateAsync(app, "alice");
        using var stream = await OpenStreamAsync(app, $"{address.Url}&access_token={address.Token}");
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());

        await ShakeHandsAsync(app, address);
        await app.UntilConnectionsAsync(1);
        await app.Hub.Clients.User("alice").Said("hi");

        Assert.Equal(":", await LineAsync(reader));
        Assert.Equal("data: {}\u001e", await LineAsync(reader));
        Assert.Equal("""data: {"type":1,"target":"Said","arguments":["hi"]}""" + '\u001e', await LineAsync(reader));
        using var second = await OpenStreamAsync(app, $"{address.Url}&access_token={address.Token}");
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
    }

    [Fact]
    public async Task A_poll_waits_90_seconds_and_its_client_is_there_all_the_while()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");

        var before = app.Clock.Waiting;
        var poll = SendAsync(app, HttpMethod.Get, address);
        await Eventually.TrueAsync(() => app.Clock.Waiting > before, () => "a poll that waits");
        for (var i = 0; i < 6; i++)
        {
            app.Clock.Advance(PingEvery);
        }

        Assert.Equal((HttpStatusCode.OK, ""), await AnswerAsync(poll));
        poll = SendAsync(app, HttpMethod.Get, address);
        await app.Hub.Clients.User("alice").Said("hi");
        Assert.Equal((HttpStatusCode.OK, """{"type":1,"target":"Said","arguments":["hi"]}""" + '\u001e'), await AnswerAsync(poll));
    }

    [Fact]
    public async Task A_client_that_does_not_poll_is_told_good_bye_and_let_go()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");

        app.Clock.Advance(PingEvery);
        app.Clock.Advance(PingEvery);
        app.Clock.Advance(TimeSpan.FromSeconds(5));

        await app.UntilConnectionsAsync(0);
        Assert.Equal(HttpStatusCode.NotFound, (await AnswerAsync(SendAsync(app, HttpMethod.Get, address))).Status);
    }

    [Fact]
    public async Task The_last_poll_brings_the_reason_and_the_one_after_the_end()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");
        await app.Rest.CloseConnectionAsync(app.Connections().Single().Id, "signed out");

        var (status, body) = await AnswerAsync(SendAsync(app, HttpMethod.Get, address));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("signed out", body, StringComparison.Ordinal);
        Assert.Contains(
            (await AnswerAsync(SendAsync(app, HttpMethod.Get, address))).Status,
            new[] { HttpStatusCode.NoContent, HttpStatusCode.NotFound });
        await app.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_newer_poll_ends_the_one_before()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");

        var older = SendAsync(app, HttpMethod.Get, address);
        var newer = SendAsync(app, HttpMethod.Get, address);
        var first = await Task.WhenAny(older, newer).WaitAsync(Eventually.Timeout);

        Assert.Equal(HttpStatusCode.NoContent, (await AnswerAsync(first)).Status);
        await app.Hub.Clients.User("alice").Said("hi");
        Assert.Contains("hi", (await AnswerAsync(first == older ? newer : older)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_deletes_its_connection_is_gone()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");
        var poll = SendAsync(app, HttpMethod.Get, address);

        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(SendAsync(app, HttpMethod.Delete, address))).Status);

        Assert.Contains((await AnswerAsync(poll)).Status, new[] { HttpStatusCode.NoContent, HttpStatusCode.NotFound });
        Assert.Empty(app.Connections());
        Assert.Equal(HttpStatusCode.NotFound, (await AnswerAsync(SendAsync(app, HttpMethod.Post, address, "{}"))).Status);
    }

    [Fact]
    public async Task Every_request_needs_the_token_of_the_user_who_negotiated()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await PollingAsync(app, "alice");
        var (_, bobs) = await app.NegotiateAsync("bob");

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(SendAsync(app, method, address with { Token = "" }))).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(SendAsync(app, method, address with { Token = bobs }))).Status);
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await AnswerAsync(SendAsync(app, method, address with { Url = address.Url + "x" }))).Status);
        }

        Assert.Single(app.Connections());
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(SendAsync(app, HttpMethod.Get, address))).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_does_not_take_what_it_gets_is_dropped_and_holds_nobody_up(bool streams)
    {
        await using var app = await SignalRApp.StartAsync();
        using var quick = await app.ConnectAsync("quick");
        var address = await NegotiateAsync(app, "slow");
        using var stream = streams ? await OpenStreamAsync(app, $"{address.Url}&access_token={address.Token}") : null;
        await ShakeHandsAsync(app, address);
        await app.UntilConnectionsAsync(2);
        var large = new string('x', 1_000_000);

        // More than the network's own buffers hold.
        for (var i = 0; i < 40; i++)
        {
            await app.Hub.Clients.All.Said(large);
            Assert.Equal(large.Length + "Said(\"\")".Length, (await quick.NextCallAsync()).Length);
        }

        await app.UntilConnectionsAsync(1);
        Assert.Equal("quick", app.Connections().Single().UserId);
    }

    [Fact]
    public async Task A_negotiated_connection_that_nobody_opens_is_forgotten()
    {
        await using var app = await SignalRApp.StartAsync();
        var address = await NegotiateAsync(app, "alice");

        app.Clock.Advance(PingEvery);

        await Eventually.TrueAsync(
            async () => (await AnswerAsync(SendAsync(app, HttpMethod.Post, address, ""))).Status == HttpStatusCode.NotFound,
            () => "404 for a connection that nobody opened");
    }

    /// <summary>Negotiates twice, as clients do: with the app, then with the service.</summary>
    private static async Task<Address> NegotiateAsync(SignalRApp app, string user)
    {
        var (url, token) = await app.NegotiateAsync(user);
        var (status, body) = await AnswerAsync(
            SendAsync(app, HttpMethod.Post, new Address(url.Replace("/client/", "/client/negotiate", StringComparison.Ordinal), token)));
        Assert.Equal(HttpStatusCode.OK, status);
        return new Address($"{url}&id={JsonDocument.Parse(body).RootElement.GetProperty("connectionToken").GetString()}", token);
    }

    /// <summary>A connection that polls, after its handshake.</summary>
    private static async Task<Address> PollingAsync(SignalRApp app, string user)
    {
        var address = await NegotiateAsync(app, user);
        Assert.Equal((HttpStatusCode.OK, ""), await AnswerAsync(SendAsync(app, HttpMethod.Get, address)));
        await ShakeHandsAsync(app, address);
        Assert.Equal((HttpStatusCode.OK, "{}\u001e"), await AnswerAsync(SendAsync(app, HttpMethod.Get, address)));
        return address;
    }

    private static async Task ShakeHandsAsync(SignalRApp app, Address address) =>
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await AnswerAsync(SendAsync(app, HttpMethod.Post, address, """{"protocol":"json","version":1}""" + '\u001e'))).Status);

    private static async Task<HttpResponseMessage> OpenStreamAsync(SignalRApp app, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.Timeout);
    }

    private static async Task<HttpResponseMessage> SendAsync(SignalRApp app, HttpMethod method, Address address, string? body = null)
    {
        using var request = new HttpRequestMessage(method, address.Url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", address.Token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8);
        return await app.Http.SendAsync(request);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AnswerAsync(Task<HttpResponseMessage> sent)
    {
        using var response = await sent.WaitAsync(Eventually.Timeout);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The next line that isn't empty.</summary>
    private static async Task<string?> LineAsync(StreamReader reader)
    {
        while (true)
        {
            if (await reader.ReadLineAsync().WaitAsync(Eventually.Timeout) is not "" and var line)
            {
                return line;
            }
        }
    }

    private sealed record Address(string Url, string Token);
}
