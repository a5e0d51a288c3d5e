using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Chat.Local.Tests.SignalR;

public class ConnectingTests
{
    [Fact]
    public async Task A_negotiation_is_the_app_s_own_with_the_address_of_its_connection_string()
    {
        await using var app = await SignalRApp.StartAsync();
        var elsewhere = await app.Service.OpenHubAsync(
            app.Clock,
            "Endpoint=https://chat.service.signalr.net;ClientEndpoint=https://chat.example;AccessKey=abc=;Version=1.0;");
        var claims = new[] { new Claim("exp", "never"), new Claim("role", "a"), new Claim("role", "b") };

        var answer = await elsewhere.NegotiateAsync(
            new NegotiationOptions { UserId = "alice", Claims = claims, TokenLifetime = TimeSpan.FromMinutes(5) });

        var (url, accessToken) = answer.ToObjectFromJson<Negotiated>(JsonSerializerOptions.Web)!;
        Assert.Equal("https://chat.example/client/?hub=testhub", url);
        var token = new JsonWebToken(accessToken);
        Assert.Equal("https://chat.service.signalr.net/client/?hub=testhub", token.Audiences.Single());
        Assert.Equal(app.Clock.GetUtcNow().AddMinutes(5).UtcDateTime, token.ValidTo);
        Assert.Equal(("alice", "never"), (token.GetClaim("asrs.s.uid").Value, token.GetClaim("asrs.u.exp").Value));
        Assert.Equal(["a", "b"], token.Claims.Where(claim => claim.Type == "role").Select(claim => claim.Value));
        await Assert.ThrowsAnyAsync<Exception>(() => elsewhere.NegotiateAsync(new NegotiationOptions { UserId = new string('a', 4096) }));
    }

    [Fact]
    public async Task The_second_negotiation_tells_the_connection_id_and_the_transports()
    {
        await using var app = await SignalRApp.StartAsync();
        var negotiated = await app.NegotiateAsync("alice");

        using var response = await NegotiateAgainAsync(app, negotiated.AccessToken);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        using var client = await HubClient.ConnectAsync(negotiated, answer.GetProperty("connectionToken").GetString());
        await app.UntilConnectionsAsync(1);

        var connection = app.Connections().Single();
        Assert.Equal(answer.GetProperty("connectionId").GetString(), connection.Id);
        Assert.Equal("alice", connection.UserId);
        Assert.Equal(app.Clock.GetUtcNow(), connection.Since);
        Assert.Equal(
            ["WebSockets", "ServerSentEvents", "LongPolling"],
            answer.GetProperty("availableTransports").EnumerateArray().Select(transport => transport.GetProperty("transport").GetString()));
    }

    [Fact]
    public async Task A_connection_token_serves_once()
    {
        await using var app = await SignalRApp.StartAsync();
        var negotiated = await app.NegotiateAsync("alice");
        using var first = await HubClient.ConnectAsync(negotiated, "token");
        await app.UntilConnectionsAsync(1);

        using var second = await HubClient.ConnectAsync(negotiated, "token");

        Assert.Contains("in use", Assert.IsType<CloseMessage>(await second.NextAsync()).Error, StringComparison.Ordinal);
        Assert.Single(app.Connections());
        await app.Hub.Clients.Client(app.Connections().Single().Id).Said("still here");
        Assert.Equal("Said(\"still here\")", await first.NextCallAsync());
    }

    [Fact]
    public async Task A_token_is_refused_when_it_is_for_another_hub_or_address_or_tampered_with_or_expired_or_missing()
    {
        await using var app = await SignalRApp.StartAsync();
        var (url, token) = await app.NegotiateAsync("alice");
        var plain = await app.NegotiateAsync("alice", "/plain/negotiate");
        var elsewhere = await (await app.Service.OpenHubAsync(
            app.Clock, app.Service.ConnectionString.Replace("localhost", "chat.example", StringComparison.Ordinal)))
            .NegotiateAsync(new NegotiationOptions { UserId = "alice" });
        var signature = token.LastIndexOf('.') + 1;
        var tampered = token[..signature] + (token[signature] == 'A' ? 'B' : 'A') + token[(signature + 1)..];

        await RefusedAsync(app, url, plain.AccessToken);
        await RefusedAsync(app, url, elsewhere.ToObjectFromJson<Negotiated>(JsonSerializerOptions.Web)!.AccessToken);
        await RefusedAsync(app, url, tampered);
        await RefusedAsync(app, url, "");
        using (await HubClient.ConnectAsync(new Negotiated(url, token)))
        {
        }

        app.Clock.Advance(TimeSpan.FromHours(1));
        await RefusedAsync(app, url, token);
    }

    [Fact]
    public async Task A_token_may_come_in_the_query()
    {
        await using var app = await SignalRApp.StartAsync();
        var (url, token) = await app.NegotiateAsync("alice");

        using var client = await HubClient.ConnectAsync(new Negotiated($"{url}&access_token={token}", ""));

        Assert.Equal("alice", Assert.Single(app.Connections()).UserId);
    }

    [Theory]
    [InlineData("""{"protocol":"xml","version":1}""", "the protocol 'xml' is not supported")]
    [InlineData("""{"protocol":"json","version":2}""", "Version 2")]
    public async Task A_protocol_that_it_does_not_speak_is_refused_in_the_handshake(string request, string reason)
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = await HubClient.OpenAsync(await app.NegotiateAsync("alice"));

        var answer = await client.HandshakeAsync(request);

        Assert.Contains(reason, JsonDocument.Parse(answer).RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Null(await client.NextAsync());
        Assert.Empty(app.Connections());
    }

    [Fact]
    public async Task Calls_to_the_server_are_refused()
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = await app.ConnectAsync("alice");

        await client.SendAsync("""{"type":1,"invocationId":"7","target":"Send","arguments":["hi"]}""");

        var completion = Assert.IsType<CompletionMessage>(await client.NextAsync());
        Assert.Equal("7", completion.InvocationId);
        Assert.NotNull(completion.Error);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    public async Task What_is_not_a_message_closes_the_connection_with_a_reason(string frame)
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = await app.ConnectAsync("alice");

        await client.SendAsync(frame);

        Assert.Contains("json protocol", Assert.IsType<CloseMessage>(await client.NextAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_may_arrive_in_pieces_and_together()
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = await HubClient.OpenAsync(await app.NegotiateAsync("alice"));

        await client.SendRawAsync("""{"protocol":""");
        await client.HandshakeAsync(
            """ "json","version":1}""" + '\u001e' + """{"type":1,"invocationId":"1","target":"A","arguments":[]}""");

        Assert.Equal("1", Assert.IsType<CompletionMessage>(await client.NextAsync()).InvocationId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_closes_or_vanishes_is_gone(bool closes)
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = await app.ConnectAsync("alice");
        await app.UntilConnectionsAsync(1);
        Assert.True(await app.Hub.ClientManager.UserExistsAsync("alice"));

        if (closes)
        {
            await client.CloseAsync();
        }
        else
        {
            client.Dispose();
        }

        await app.UntilConnectionsAsync(0);
        Assert.False(await app.Hub.ClientManager.UserExistsAsync("alice"));
    }

    [Fact]
    public void A_hub_made_without_registration_says_so()
    {
        using var services = new ServiceCollection().BuildServiceProvider();

        Assert.Throws<InvalidOperationException>(() => new TestHub(services).Clients);
    }

    [Theory]
    [InlineData("http://localhost:5173", "", HttpStatusCode.OK)]
    [InlineData("https://chat.example.com", "https://chat.example.com", HttpStatusCode.OK)]
    [InlineData("https://chat.example.com", "*", HttpStatusCode.OK)]
    [InlineData("https://chat.example.com", "https://other.example.com", HttpStatusCode.Forbidden)]
    [InlineData("https://chat.example.com", "", HttpStatusCode.Forbidden)]
    public async Task Pages_of_this_machine_and_of_configured_origins_may_connect_with_credentials_and_no_others(
        string origin,
        string allowed,
        HttpStatusCode expected)
    {
        await using var app = await SignalRApp.StartAsync();
        app.Service.AllowOrigins(allowed.Split(',', StringSplitOptions.RemoveEmptyEntries));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{app.Address}/client/negotiate?hub=testhub&negotiateVersion=1");
        request.Headers.Add("Origin", origin);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await app.NegotiateAsync("alice")).AccessToken);

        using var response = await app.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? origin : null, Header("Access-Control-Allow-Origin"));
        Assert.Equal(expected == HttpStatusCode.OK ? "true" : null, Header("Access-Control-Allow-Credentials"));

        string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }

    private static async Task<HttpResponseMessage> NegotiateAgainAsync(SignalRApp app, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{app.Address}/client/negotiate?hub=testhub&negotiateVersion=1");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await app.Http.SendAsync(request);
    }

    private static async Task RefusedAsync(SignalRApp app, string url, string token)
    {
        using var negotiation = new HttpRequestMessage(
            HttpMethod.Post,
            url.Replace("/client/", "/client/negotiate", StringComparison.Ordinal));
        negotiation.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await app.Http.SendAsync(negotiation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var refusal = await Assert.ThrowsAsync<WebSocketException>(() => HubClient.OpenAsync(new Negotiated(url, token)));
        Assert.Contains("401", refusal.Message, StringComparison.Ordinal);
    }
}
