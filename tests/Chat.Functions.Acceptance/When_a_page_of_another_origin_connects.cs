using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A page under development is served from another port than the backend, and its browser asks whether it may.</summary>
public class When_a_page_of_another_origin_connects
{
    private const string Origin = "http://localhost:5173";

    [Theory]
    [InlineData("/api/realtime/negotiate?negotiateVersion=1")]
    [InlineData("/client/negotiate?hub=chathub")]
    [InlineData("/client/?hub=chathub&id=1")]
    [InlineData("/api/conversations")]
    public async Task Should_be_allowed_to_ask_with_credentials_and_the_headers_of_the_SignalR_client(string path)
    {
        await using var app = await ChatApp.StartAsync();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path);
        preflight.Headers.Add("Origin", Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-requested-with,x-signalr-user-agent");

        using var allowed = await app.Http.SendAsync(preflight);

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal((Origin, "true"), (Header(allowed, "Access-Control-Allow-Origin"), Header(allowed, "Access-Control-Allow-Credentials")));
        Assert.Contains("POST", Header(allowed, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("x-signalr-user-agent", Header(allowed, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_see_the_answers()
    {
        await using var app = await ChatApp.StartAsync();

        using var answer = await app.As("alice").SendAsync(HttpMethod.Post, "/api/realtime/negotiate", null, request => request.Headers.Add("Origin", Origin));
        using var refusal = await app.As("alice").SendAsync(HttpMethod.Post, "/client/negotiate?hub=chathub", null, request => request.Headers.Add("Origin", Origin));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.StatusCode);
        Assert.Equal(Origin, Header(refusal, "Access-Control-Allow-Origin"));
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
