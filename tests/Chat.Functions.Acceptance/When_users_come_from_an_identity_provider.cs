using System.Net;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// User ids are those of the host's identity provider: whatever theirs look like, everything works with them, or nothing does.
/// </summary>
public class When_users_come_from_an_identity_provider
{
    private const string Auth0 = "auth0|507f1f77bcf86cd799439011";
    private const string Mail = "me+chat@example.com";
    private const string Urn = "urn:example:person:42=";
    private static readonly string Long = new('~', 128);

    [Fact]
    public async Task Should_let_them_do_all_that_others_can()
    {
        await using var app = await ChatApp.StartAsync();
        var (owner, mail, urn) = (app.As(Auth0), app.As(Mail), app.As(Urn));
        await using var phone = await mail.ListenAsync();
        var direct = (await owner.StartDirectAsync(Mail)).ConversationId;
        await owner.SendAsync(direct, "Just us");
        await phone.ReceivesAsync(direct, "Just us");
        Assert.Equal(direct, (await mail.StartDirectAsync(Auth0)).ConversationId);

        var group = (await owner.CreateGroupAsync("Everybody", Mail, Urn, Long)).ConversationId;
        var path = $"/api/conversations/{group}";
        await urn.SendAsync(group, "Hello all");
        var message = await phone.ReceivesAsync(group, "Hello all");
        Assert.Equal(Urn, message.SenderId);
        var mention = await owner.SayAsync(group, new { text = "You", mentions = new[] { new { userId = Urn, offset = 0, length = 3 } } });
        await Eventually.SeesAsync(() => urn.SummaryAsync(group), entry => entry?.LastSeq == mention.Number("seq"));
        await mail.AskAsync("PUT", $"{path}/messages/{message.MessageId}/reactions/%F0%9F%91%8D");
        await owner.DoAsync("PATCH", $"{path}/members/{Uri.EscapeDataString(Mail)}", new { role = "admin" });
        Assert.Equal(
            [Urn],
            (await mail.AskAsync("GET", $"/api/presence?users={Uri.EscapeDataString(Urn)}&conversationId={group}"))
                .GetProperty("presence")
                .EnumerateArray()
                .Select(one => one.Text("userId")));

        var members = new List<string>();
        for (string? continuation = null; members.Count < 4;)
        {
            var page = await owner.AskAsync(
                "GET",
                $"{path}/members?limit=1{(continuation is null ? "" : $"&continuation={Uri.EscapeDataString(continuation)}")}");
            members.AddRange(page.GetProperty("members").EnumerateArray().Select(one => one.Text("userId")!));
            continuation = page.GetProperty("continuation").GetString();
        }

        Assert.Equal(new[] { Auth0, Mail, Urn, Long }.Order(StringComparer.Ordinal), members);
        await owner.DoAsync("DELETE", $"{path}/members/{Uri.EscapeDataString(Urn)}");
        Assert.Equal("conversation_not_found", await urn.IsRefusedAsync("GET", path, HttpStatusCode.NotFound));
        await mail.DoAsync("DELETE", $"{path}/members/{Uri.EscapeDataString(Mail)}");
        Assert.Equal(
            [Auth0, Long],
            (await owner.ConversationAsync(group)).Members.Select(member => member.UserId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Should_not_show_what_one_scheduled_to_somebody_whose_id_begins_theirs()
    {
        await using var app = await ChatApp.StartAsync();
        var (shorter, longer) = (app.As("urn:a"), app.As("urn:a:b"));
        var group = (await shorter.CreateGroupAsync("Namesakes", "urn:a:b")).ConversationId;
        var path = $"/api/conversations/{group}/scheduled";
        foreach (var (person, text) in new[] { (shorter, "mine"), (longer, "theirs") })
        {
            await person.AskAsync(
                "POST",
                path,
                new { clientMessageId = "1", text, dueAt = TimeProvider.System.GetUtcNow().AddDays(1) },
                HttpStatusCode.Created);
        }

        Assert.Equal(["mine"], await TextsAsync(shorter));
        Assert.Equal(["theirs"], await TextsAsync(longer));

        async Task<IEnumerable<string>> TextsAsync(Person person) =>
            (await person.AskAsync("GET", path))
                .GetProperty("scheduled")
                .EnumerateArray()
                .Select(one => one.GetProperty("content").Text("text")!);
    }

    /// <summary>
    /// An address ends before them: removing the member <c>..</c> would delete the group, and a push to the user <c>..</c> would reach
    /// everybody.
    /// </summary>
    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Should_refuse_ids_that_addresses_swallow(string id)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        var path = $"/api/conversations/{group}";

        Assert.Equal("token_invalid", await app.As(id).IsRefusedAsync("GET", "/api/conversations", HttpStatusCode.Unauthorized));
        (string Method, string Path, object? Body)[] calls =
        [
            ("POST", "/api/conversations", new { kind = "direct", members = new[] { id } }),
            ("POST", "/api/conversations", new { kind = "group", title = "T", members = new[] { "bob", id } }),
            ("POST", $"{path}/members", new { members = new[] { id } }),
            ("POST", $"{path}/owner", new { userId = id }),
            (
                "POST",
                $"{path}/messages",
                new { clientMessageId = "1", text = "You", mentions = new[] { new { userId = id, offset = 0, length = 1 } } }),
            ("GET", $"/api/presence?users=bob,{id}", null),
            ("GET", $"{path}/members?continuation={id}", null),
        ];
        foreach (var (method, where, body) in calls)
        {
            Assert.Equal("malformed", await alice.IsRefusedAsync(method, where, HttpStatusCode.BadRequest, body));
        }

        // Whatever a client makes of such an address, it isn't that of the group.
        foreach (var dots in new[] { id, id.Replace(".", "%2E", StringComparison.Ordinal) })
        {
            Assert.Equal("route_not_found", await alice.IsRefusedAsync("DELETE", $"{path}/members/{dots}", HttpStatusCode.NotFound));
        }

        Assert.Equal(group, (await alice.ConversationAsync(group)).ConversationId);
    }

    [Fact]
    public async Task Should_say_what_is_wrong_with_a_token_that_names_no_user()
    {
        await using var app = await ChatApp.StartAsync(
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Auth:UserIdClaim"] = "oid" });
        var problem = await app.As("alice").AskAsync("GET", "/api/conversations", expected: HttpStatusCode.Unauthorized);
        Assert.Equal(("token_invalid", "It has no claim \"oid\"."), (problem.Text("code"), problem.Text("detail")));

        using var local = await app.Http.GetAsync(new Uri("local/token?user=alice", UriKind.Relative));
        var token = (await local.Content.ReadAsStringAsync()).Split('"')[3];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/conversations")
        {
            Headers = { Authorization = new("Bearer", token) },
        };
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
