using System.Net;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// A page is served from another origin than the backend, and its browser asks whether it may. What may is configured, as in Azure.
/// </summary>
public class When_a_page_of_another_origin_connects
{
    private const string Origin = "https://app.example.com";

    /// <summary>What browsers show scripts without being asked, and what isn't for scripts.</summary>
    private static readonly string[] ShownOrNotForScripts =
        [
            "Cache-Control", "Content-Length", "Content-Type", "Date", "Server", "Transfer-Encoding", "X-Content-Type-Options", "Vary",
            "Connection",
        ];

    /// <summary>What infra/app/functions.bicep asks of the platform.</summary>
    private static readonly Dictionary<string, string?> AsDeployed = new(StringComparer.Ordinal)
    {
        ["Host:CORS"] = $"{Origin},https://chat.example.com",
        ["Host:CORSCredentials"] = "true",
    };

    [Theory]
    [InlineData("/api/realtime/negotiate?negotiateVersion=1")]
    [InlineData("signalr:/client/negotiate?hub=chathub")]
    [InlineData("signalr:/client/?hub=chathub&id=1")]
    [InlineData("/api/conversations")]
    public async Task Should_be_allowed_to_ask_with_credentials_and_the_headers_of_the_SignalR_client(string path)
    {
        await using var app = await ChatApp.StartAsync(settings: AsDeployed);

        using var allowed = await PreflightAsync(app, path);

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(
            (Origin, "true"),
            (Header(allowed, "Access-Control-Allow-Origin"), Header(allowed, "Access-Control-Allow-Credentials")));
        Assert.Contains("POST", Header(allowed, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("x-signalr-user-agent", Header(allowed, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_see_the_answers()
    {
        await using var app = await ChatApp.StartAsync(settings: AsDeployed);

        using var answer = await AskAsync(app, HttpMethod.Post, "/api/realtime/negotiate");
        using var refusal = await AskAsync(app, HttpMethod.Post, Locate(app, "signalr:/client/negotiate?hub=chathub"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.StatusCode);
        Assert.Equal(Origin, Header(refusal, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Should_read_every_header_that_clients_need()
    {
        await using var app = await ChatApp.StartAsync(settings: AsDeployed);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;

        using var sent = await AskAsync(
            app,
            HttpMethod.Post,
            $"/api/conversations/{conversation}/messages",
            new { clientMessageId = "1", text = "Hi" });
        using var done = await AskAsync(app, HttpMethod.Put, $"/api/conversations/{conversation}/read", new { seq = 2 });
        using var refused = await AskAsync(app, HttpMethod.Delete, "/api/conversations");
        using var stranger = await app.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/api/conversations") { Headers = { { "Origin", Origin } } });

        HttpResponseMessage[] answers = [sent, done, refused, stranger];
        HttpStatusCode[] expected =
        [
            HttpStatusCode.Created,
            HttpStatusCode.NoContent,
            HttpStatusCode.MethodNotAllowed,
            HttpStatusCode.Unauthorized,
        ];
        Assert.Equal(expected, answers.Select(answer => answer.StatusCode));
        var names = answers.SelectMany(answer => answer.Headers.Concat(answer.Content.Headers).Select(header => header.Key))
            .Where(name => !name.StartsWith("Access-Control-", StringComparison.Ordinal))
            .Except(ShownOrNotForScripts, StringComparer.OrdinalIgnoreCase)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Superset(new HashSet<string>(["Chat-Session", "Allow", "WWW-Authenticate"], StringComparer.Ordinal), names);
        Assert.All(
            answers,
            answer => Assert.Empty(names.Append("Retry-After").Except(Header(answer, "Access-Control-Expose-Headers").Split(", "))));
    }

    private static async Task<HttpResponseMessage> PreflightAsync(ChatApp app, string path)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, Locate(app, path));
        preflight.Headers.Add("Origin", Origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-requested-with,x-signalr-user-agent");
        return await app.Http.SendAsync(preflight);
    }

    /// <summary>Addresses of SignalR Service, which is elsewhere, begin with its name.</summary>
    private static string Locate(ChatApp app, string path) => path.StartsWith("signalr:", StringComparison.Ordinal)
        ? new Uri(app.Azure.SignalR.Address!, path["signalr:".Length..]).AbsoluteUri
        : path;

    private static Task<HttpResponseMessage> AskAsync(ChatApp app, HttpMethod method, string path, object? body = null) =>
        Person.PatientlyAsync(() => app.As("alice").SendAsync(
            method,
            path,
            body is null ? null : JsonContent.Create(body),
            request => request.Headers.Add("Origin", Origin)));

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
