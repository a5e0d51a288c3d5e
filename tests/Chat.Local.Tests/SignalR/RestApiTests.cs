using System.Net;
using System.Net.Http.Headers;
using System.Text;
using MessagePack;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>The REST API as whoever has no package calls it, through each door.</summary>
public class RestApiTests
{
    private const string Hub = "/api/hubs/testhub";
    private const string Version = "api-version=2022-06-01";
    private const string Key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";
    private const string Message = """{"target":"Said","arguments":["hi"]}""";

    private static readonly string Long = new('n', 1025);

    public static TheoryData<Door, string, string, HttpStatusCode, string?> Calls => WithDoors<string, string, HttpStatusCode, string?>(
    [
        ("HEAD", "/api/health", HttpStatusCode.OK, null),
        ("HEAD", $"{Hub}/users/nobody", HttpStatusCode.NotFound, "Warning.User.NotExisted"),
        ("HEAD", $"{Hub}/groups/none", HttpStatusCode.NotFound, "Warning.Group.NotExisted"),
        ("GET", $"{Hub}/connections/none", HttpStatusCode.NotFound, "Warning.Connection.NotExisted"),
        ("GET", $"{Hub}/users/u/groups/g", HttpStatusCode.NotFound, "Info.User.NotInGroup"),
        ("HEAD", $"{Hub}/users/u/groups/g", HttpStatusCode.NotFound, "Info.User.NotInGroup"),
        ("PUT", $"{Hub}/users/u/groups/g", HttpStatusCode.OK, null),
        ("PUT", $"{Hub}/users/u/groups/g?ttl=0", HttpStatusCode.OK, null),
        ("DELETE", $"{Hub}/users/u/groups/g", HttpStatusCode.NoContent, null),
        ("DELETE", $"{Hub}/users/u/groups", HttpStatusCode.NoContent, null),
        ("PUT", $"{Hub}/groups/g/connections/none", HttpStatusCode.NotFound, "Error.Connection.NotExisted"),
        ("DELETE", $"{Hub}/groups/g/connections/none", HttpStatusCode.NotFound, "Error.Connection.NotExisted"),
        ("DELETE", $"{Hub}/connections/none/groups", HttpStatusCode.OK, null),
        ("DELETE", $"{Hub}/connections/none?reason=why", HttpStatusCode.NotFound, "Warning.Connection.NotExisted"),
        ("POST", $"{Hub}/:send", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/:send?excluded=a&excluded=b", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/users/nobody/:send", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/groups/none/:send", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/connections/none/:send", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/:closeConnections", HttpStatusCode.NoContent, null),
        ("POST", $"{Hub}/users/nobody/:closeConnections", HttpStatusCode.NoContent, null),
        ("POST", $"{Hub}/groups/none/:closeConnections?reason=why&excluded=a", HttpStatusCode.NoContent, null),
        ("POST", $"{Hub}/users/a%2Fb/:send", HttpStatusCode.Accepted, null),
        ("POST", $"{Hub}/users//:send", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("POST", $"{Hub}/groups/{Long}/:send", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("PUT", $"{Hub}/users/u/groups/%20", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("POST", $"{Hub}/users/{Long}/:closeConnections", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("PUT", $"{Hub}/users/u/groups/g?ttl=-1", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("PUT", $"{Hub}/users/u/groups/g?ttl=soon", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("POST", "/api/hubs/1hub/:send", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("POST", "/api/hubs/a-hub/:send", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("POST", $"{Hub}/:send?application=1", HttpStatusCode.BadRequest, "Error.Request.Invalid"),
        ("GET", $"{Hub}/:send", HttpStatusCode.MethodNotAllowed, null),
        ("POST", $"{Hub}/users/u", HttpStatusCode.MethodNotAllowed, null),
        ("POST", "/api/v1/hubs/testhub", HttpStatusCode.NotFound, null),
        ("POST", $"{Hub}/people/u/:send", HttpStatusCode.NotFound, null),
        ("POST", $"{Hub}/users/{new string('u', 8200)}/:send", HttpStatusCode.RequestUriTooLong, null),
    ]);

    public static TheoryData<Door, string?, string, HttpStatusCode> Bodies => WithDoors<string?, string, HttpStatusCode>(
    [
        ("application/json", Message, HttpStatusCode.Accepted),
        ("application/json; charset=utf-8", """{"Arguments":["hi"],"Target":"Said","more":{"a":[]}}""", HttpStatusCode.Accepted),
        ("application/json", """{"target":"Said","arguments":["hi"]} """, HttpStatusCode.Accepted),
        (null, "", HttpStatusCode.BadRequest),
        ("application/json", "", HttpStatusCode.BadRequest),
        ("application/json", "{}", HttpStatusCode.BadRequest),
        ("application/json", "[]", HttpStatusCode.BadRequest),
        ("application/json", """{"target":"","arguments":[]}""", HttpStatusCode.BadRequest),
        ("application/json", """{"target":7,"arguments":[]}""", HttpStatusCode.BadRequest),
        ("application/json", """{"target":"Said","arguments":{}}""", HttpStatusCode.BadRequest),
        ("application/json", """{"target":"Said","arguments":[""", HttpStatusCode.BadRequest),
        ("application/json", """{"target":"Said","arguments":[]}{}""", HttpStatusCode.BadRequest),
        ("application/octet-stream", "?", HttpStatusCode.BadRequest),
        ("text/plain", Message, HttpStatusCode.UnsupportedMediaType),
    ]);

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Calls_are_answered_as_the_package_expects(Door door, string method, string call, HttpStatusCode status, string? code)
    {
        await using var app = await SignalRApp.StartAsync();

        using var answer = await AskAsync(app, door, method, call, method == "POST" ? Message : null);

        Assert.Equal(
            (status, code),
            (answer.StatusCode, answer.Headers.TryGetValues("x-ms-error-code", out var codes) ? codes.Single() : null));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_send_takes_a_target_and_arguments_and_nothing_else(Door door, string? type, string body, HttpStatusCode status)
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");

        using (var answer = await AskAsync(app, door, "POST", $"{Hub}/:send", body, type))
        {
            Assert.Equal(status, answer.StatusCode);
        }

        using var last = await AskAsync(app, door, "POST", $"{Hub}/:send", """{"target":"Said","arguments":["last"]}""");
        var expected = status == HttpStatusCode.Accepted ? new[] { "Said(\"hi\")", "Said(\"last\")" } : ["Said(\"last\")"];
        foreach (var call in expected)
        {
            Assert.Equal(call, await alice.NextCallAsync());
        }
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task A_call_needs_a_token_for_its_path_that_is_signed_and_good(Door door)
    {
        await using var app = await SignalRApp.StartAsync();
        var now = app.Clock.GetUtcNow();
        var (path, hour) = ($"{Hub}/users/alice/:send", now.AddHours(1));
        var good = new[]
        {
            $"http://localhost{path}",
            $"http://127.0.0.1{path}",
            $"{app.Address}{path}",
            $"https://localhost{path}/",
            $"http://localhost{path}?{Version}",
        };
        var bad = new[]
        {
            Sign($"http://localhost{Hub}/:send", hour), Sign("http://localhost/", hour), Sign(path, hour), Sign(
                $"http://chat.example{path}",
                hour),
            Sign($"http://localhost{path}", now), Sign($"http://localhost{path}", hour, new string('k', 44)), Sign(
                $"http://localhost{path}",
                null), "", "a.b", "a.b.c",
            Sign($"http://localhost{path}", hour, algorithm: SecurityAlgorithms.HmacSha512),
        };

        foreach (var audience in good)
        {
            Assert.Equal(HttpStatusCode.Accepted, await AskAsync(Sign(audience, hour)));
        }

        foreach (var token in bad)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(token));
        }

        async Task<HttpStatusCode> AskAsync(string token)
        {
            using var answer = await RestApiTests.AskAsync(app, door, "POST", path, Message, token: token);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Only_one_version_is_spoken(Door door)
    {
        await using var app = await SignalRApp.StartAsync();
        foreach (var query in new[] { "", "?api-version=1.0", "?api-version=2024-12-01" })
        {
            using var answer = await AskAsync(app, door, "POST", $"{Hub}/:send{query}", Message, version: false);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Whole_groups_users_and_hubs_are_closed_with_exceptions_and_a_reason(Door door)
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        using var bob = await app.ConnectAsync("bob");
        var alices = app.Connections().Single(connection => connection.UserId == "alice").Id;

        using (var closed = await AskAsync(app, door, "POST", $"{Hub}/:closeConnections?excluded={alices}&reason=maintenance"))
        {
            Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        }

        Assert.Equal("maintenance", Assert.IsType<Microsoft.AspNetCore.SignalR.Protocol.CloseMessage>(await bob.NextAsync()).Error);
        using (var sent = await AskAsync(app, door, "POST", $"{Hub}/:send", Message))
        {
            Assert.Equal("Said(\"hi\")", await alice.NextCallAsync());
        }

        using var users = await AskAsync(app, door, "POST", $"{Hub}/users/alice/:closeConnections");
        Assert.Null(Assert.IsType<Microsoft.AspNetCore.SignalR.Protocol.CloseMessage>(await alice.NextAsync()).Error);
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task Hubs_of_an_application_are_its_own(Door door)
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");

        using var others = await AskAsync(
            app,
            door,
            "POST",
            $"{Hub}/:send?application=other",
            """{"target":"Said","arguments":["for others"]}""");
        using var own = await AskAsync(app, door, "POST", $"{Hub}/:send", Message);

        Assert.Equal(HttpStatusCode.Accepted, others.StatusCode);
        Assert.Equal("Said(\"hi\")", await alice.NextCallAsync());
    }

    [Theory]
    [InlineData(Door.InProcess)]
    [InlineData(Door.Port)]
    public async Task An_app_may_write_each_protocol_itself(Door door)
    {
        await using var app = await SignalRApp.StartAsync();
        using var alice = await app.ConnectAsync("alice");
        var map = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["json"] = Encoding.UTF8.GetBytes("{\"type\":1,\"target\":\"Said\",\"arguments\":[\"raw\"]}\u001e"),
        };
        using var body = new ByteArrayContent(MessagePackSerializer.Serialize(map))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };

        using var answer = await AskAsync(
            app,
            door,
            "POST",
            $"{Hub}/:send",
            body,
            Sign($"http://localhost{Hub}/:send", app.Clock.GetUtcNow().AddHours(1)),
            version: true);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("Said(\"raw\")", await alice.NextCallAsync());
    }

    [Fact]
    public async Task A_path_with_steps_is_refused_also_where_a_client_sends_it_as_it_is()
    {
        await using var app = await SignalRApp.StartAsync();
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Service.Address!.Port);
        var token = Sign($"http://localhost{Hub}/users/../:send", app.Clock.GetUtcNow().AddHours(1));
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Hub}/users/../:send?{Version} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {Message.Length}\r\n\r\n{Message}"));

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private static TheoryData<Door, T1, T2, T3> WithDoors<T1, T2, T3>(IReadOnlyList<(T1, T2, T3)> rows)
    {
        var data = new TheoryData<Door, T1, T2, T3>();
        foreach (var (first, second, third) in rows)
        {
            data.Add(Door.InProcess, first, second, third);
            data.Add(Door.Port, first, second, third);
        }

        return data;
    }

    private static TheoryData<Door, T1, T2, T3, T4> WithDoors<T1, T2, T3, T4>(IReadOnlyList<(T1, T2, T3, T4)> rows)
    {
        var data = new TheoryData<Door, T1, T2, T3, T4>();
        foreach (var (first, second, third, fourth) in rows)
        {
            data.Add(Door.InProcess, first, second, third, fourth);
            data.Add(Door.Port, first, second, third, fourth);
        }

        return data;
    }

    internal static string Sign(
        string audience,
        DateTimeOffset? expires,
        string key = Key,
        string algorithm = SecurityAlgorithms.HmacSha256) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            Expires = expires?.UtcDateTime,
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(algorithm == SecurityAlgorithms.HmacSha256 ? key : key + key)), algorithm),
        });

    private static async Task<HttpResponseMessage> AskAsync(
        SignalRApp app,
        Door door,
        string method,
        string call,
        string? body = null,
        string? type = "application/json",
        string? token = null,
        bool version = true)
    {
        token ??= Sign($"http://localhost{call.Split('?')[0]}", app.Clock.GetUtcNow().AddHours(1));
        using var content = body is null || type is null
            ? null
            : new StringContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        return await AskAsync(app, door, method, call, content, token, version);
    }

    private static async Task<HttpResponseMessage> AskAsync(
        SignalRApp app,
        Door door,
        string method,
        string call,
        HttpContent? body,
        string token,
        bool version)
    {
        using var client = door == Door.InProcess ? new HttpClient(app.Service.CreateHandler()) : new HttpClient();
        var address = version
            ? $"{app.Address}{call}{(call.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Version}"
            : app.Address + call;
        using var request = new HttpRequestMessage(new HttpMethod(method), address) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await client.SendAsync(request);
    }
}
