using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>
/// A refusal doesn't tell its reason: status, headers and body are the same to the byte whether somebody is blocked, excluded by a
/// setting, by age, by the host app or by moderators, declined, or just not answered, at every door.
/// </summary>
public sealed partial class When_refusals_are_compared
{
    /// <summary>What keeps mallory from the victim, and how it comes about.</summary>
    private static readonly (string Why, Func<ChatApp, Person, Person, Task> ComeAboutAsync)[] Reasons =
    [
        ("is blocked", (_, mallory, victim) => victim.DoAsync("PUT", $"/api/blocks/{mallory.Name}")),
        ("blocks them", (_, mallory, victim) => mallory.DoAsync("PUT", $"/api/blocks/{victim.Name}")),
        ("nobody may", (_, _, victim) => AdmitAsync(victim, "noOne")),
        ("friends may", (_, _, victim) => AdmitAsync(victim, "friends", forAdds: "noOne")),
        ("those may whom they follow", (_, _, victim) => AdmitAsync(victim, "following", forAdds: "noOne")),
        ("is under 16", (app, _, victim) => app.AsHost().SaysAsync(victim.Name, "u16")),
        ("is 16", (app, _, victim) => app.AsHost().SaysAsync(victim.Name, "16-17")),
        ("is 16 and lets everybody", async (app, _, victim) =>
        {
            await app.AsHost().SaysAsync(victim.Name, "16-17");
            await AdmitAsync(victim, "everyone", forAdds: "everyone");
        }),
        ("is suspended", (app, _, victim) => app.AsHost().SaysAsync(victim.Name, state: "suspended")),
        ("is banned", BanAsync),
        ("is banned, and blocks", async (app, mallory, victim) =>
        {
            await victim.DoAsync("PUT", $"/api/blocks/{mallory.Name}");
            await BanAsync(app, mallory, victim);
        }),
    ];

    /// <summary>What becomes of a request; nothing of it may show.</summary>
    private static readonly (string What, Func<ChatApp, Person, Person, string, Task> ComeAboutAsync)[] Answers =
    [
        ("isn't answered", (_, _, _, _) => Task.CompletedTask),
        ("is declined", (_, _, victim, request) => victim.DoAsync("POST", $"/api/requests/{request}/decline", new { })),
        ("is declined with a block", (_, _, victim, request) => victim.DoAsync(
            "POST", $"/api/requests/{request}/decline", new { block = true })),
        ("is read", (_, _, victim, request) => victim.DoAsync("PUT", $"/api/conversations/{request}/delivered", new { seq = 2 })),
        .. Reasons.Where(reason => reason.Why != "blocks them").Select(reason => (
            reason.Why,
            (Func<ChatApp, Person, Person, string, Task>)((app, mallory, victim, _) => reason.ComeAboutAsync(app, mallory, victim)))),
    ];

    [Fact]
    public async Task Should_be_alike_where_there_is_no_conversation_yet()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await CompareAsync(app, Reasons.Select(reason => reason.Why), async (mallory, victim, why) =>
        {
            var group = (await mallory.CreateGroupAsync("Mine", "helper")).ConversationId;
            await Reasons.Single(reason => reason.Why == why).ComeAboutAsync(app, mallory, victim);
            return
            [
                await TryAsync(mallory, "POST", "conversations", new { kind = "direct", members = new[] { victim.Name } }),
                await TryAsync(mallory, "POST", "conversations", new { kind = "group", title = "Trip", members = new[] { victim.Name } }),
                await TryAsync(mallory, "POST", $"conversations/{group}/members", new { members = new[] { victim.Name } }),
                await TryAsync(mallory, "POST", $"conversations/{group}/members", new { members = new[] { "somebody", victim.Name } }),
                await TryAsync(mallory, "GET", "conversations?filter=all"),
                await TryAsync(mallory, "GET", $"presence?users={victim.Name}"),
                await TryAsync(mallory, "POST", "users/profiles", new { users = new[] { victim.Name } }),
            ];
        }, "403 cannot_message", count: 4);
    }

    [Fact]
    public async Task Should_be_alike_where_nothing_was_asked_yet()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        await CompareAsync(app, Reasons.Select(reason => reason.Why), async (mallory, victim, why) =>
        {
            var own = (await mallory.CreateGroupAsync("Mine", "helper")).ConversationId;
            var said = await mallory.SendAsync(own, "Said elsewhere");
            var direct = (await mallory.StartDirectAsync(victim.Name)).ConversationId;
            await Reasons.Single(reason => reason.Why == why).ComeAboutAsync(app, mallory, victim);
            return
            [
                await TryAsync(mallory, "POST", $"conversations/{direct}/messages", new { clientMessageId = "1", text = "Hello" }),
                await TryAsync(
                    mallory, "POST", $"conversations/{direct}/messages", new { clientMessageId = "2", text = "https://example.com" }),
                await TryAsync(mallory, "POST", $"conversations/{direct}/messages/batch", new
                {
                    messages = new[] { new { clientMessageId = "3", text = "Hello" } },
                }),
                await TryAsync(
                    mallory,
                    "POST",
                    $"conversations/{own}/messages/{said.MessageId}/forward",
                    new { clientMessageId = "4", to = new[] { direct } }),
                await TryAsync(mallory, "POST", $"conversations/{direct}/typing", new { typing = true }),
                await TryAsync(mallory, "PATCH", $"conversations/{direct}", new { messageTtl = 60 }),
                await TryAsync(mallory, "GET", $"conversations/{direct}"),
                await TryAsync(mallory, "GET", $"conversations/{direct}/events"),
            ];
        }, "403 cannot_message", count: 3);
    }

    [Fact]
    public async Task Should_be_alike_whatever_became_of_a_request()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict, time: clock);
        await CompareAsync(app, Answers.Select(answer => answer.What), async (mallory, victim, what) =>
        {
            var own = (await mallory.CreateGroupAsync("Mine", "helper")).ConversationId;
            var said = await mallory.SendAsync(own, "Said elsewhere");
            var direct = (await mallory.StartDirectAsync(victim.Name)).ConversationId;
            var request = (await mallory.SendAsync(direct, "Hello", "first")).MessageId;
            await app.HasDeliveredAsync(clock);
            await Answers.Single(answer => answer.What == what).ComeAboutAsync(app, mallory, victim, direct);
            await app.HasDeliveredAsync(clock);
            var path = $"conversations/{direct}";
            return
            [
                await TryAsync(mallory, "POST", "conversations", new { kind = "direct", members = new[] { victim.Name } }),
                await TryAsync(mallory, "POST", $"{path}/messages", new { clientMessageId = "1", text = "Hello?" }),
                await TryAsync(mallory, "POST", $"{path}/messages", new { clientMessageId = "first", text = "Hello" }),
                await TryAsync(mallory, "POST", $"{path}/messages", new { clientMessageId = "first", text = "Hello?" }),
                await TryAsync(
                    mallory, "POST", $"{path}/messages/batch", new { messages = new[] { new { clientMessageId = "3", text = "Hello?" } } }),
                await TryAsync(
                    mallory,
                    "POST",
                    $"conversations/{own}/messages/{said.MessageId}/forward",
                    new { clientMessageId = "4", to = new[] { direct } }),
                await TryAsync(mallory, "PATCH", $"{path}/messages/{request}", new { text = "Hello?" }),
                await TryAsync(mallory, "PUT", $"{path}/messages/{request}/reactions/:hey:"),
                await TryAsync(mallory, "DELETE", $"{path}/messages/{request}/reactions/:hey:"),
                await TryAsync(mallory, "PUT", $"{path}/messages/{request}/pin"),
                await TryAsync(mallory, "PATCH", path, new { messageTtl = 60 }),
                await TryAsync(mallory, "POST", $"{path}/typing", new { typing = true }),
                await TryAsync(mallory, "PUT", $"{path}/read", new { seq = 2 }),
                await TryAsync(mallory, "GET", path),
                await TryAsync(mallory, "GET", $"{path}/messages"),
                await TryAsync(mallory, "GET", $"{path}/events"),
                await TryAsync(mallory, "GET", $"{path}/members"),
                await TryAsync(mallory, "GET", $"{path}/receipts"),
                await TryAsync(mallory, "GET", $"presence?users={victim.Name}&conversationId={direct}"),
                await TryAsync(mallory, "GET", $"presence?users={victim.Name}"),
                await TryAsync(mallory, "GET", "conversations?filter=all"),
                await TryAsync(mallory, "DELETE", $"{path}/messages/{request}"),
            ];
        }, "403 request_pending", count: 7);
    }

    [Fact]
    public async Task Should_be_alike_for_every_link_that_lets_nobody_in()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (maker, mallory) = (app.As("victim"), app.As("mallory"));
        var answers = new List<string>();
        foreach (var why in new[]
        {
            "maker blocks", "joiner blocks", "link is deleted", "group is deleted", "was removed", "was rejected", "wrong code",
        })
        {
            var group = (await maker.CreateGroupAsync("Mine", "helper")).ConversationId;
            var link = await maker.AskAsync("POST", $"/api/conversations/{group}/invite-links", new { }, HttpStatusCode.Created);
            var code = link.Text("code")!;
            await (why switch
            {
                "maker blocks" => maker.DoAsync("PUT", "/api/blocks/mallory"),
                "joiner blocks" => mallory.DoAsync("PUT", "/api/blocks/victim"),
                "link is deleted" => maker.DoAsync("DELETE", $"/api/conversations/{group}/invite-links/{link.Text("linkId")}"),
                "group is deleted" => maker.DoAsync("DELETE", $"/api/conversations/{group}"),
                "was removed" => RemoveAsync(maker, mallory, group, code),
                "was rejected" => RejectAsync(maker, mallory, group, code),
                _ => Task.FromResult(code = new string('a', code.Length)),
            });
            answers.Add((await TryAsync(mallory, "POST", $"invites/{code}/join")).Replace(code, "{code}", StringComparison.Ordinal));
            await maker.DoAsync("DELETE", "/api/blocks/mallory");
            await mallory.DoAsync("DELETE", "/api/blocks/victim");
        }

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.Contains("404", answers[0], StringComparison.Ordinal);
        Assert.Contains("invite_not_found", answers[0], StringComparison.Ordinal);
    }

    private static async Task RemoveAsync(Person maker, Person mallory, string group, string code)
    {
        await mallory.AskAsync("POST", $"/api/invites/{code}/join");
        await maker.DoAsync("DELETE", $"/api/conversations/{group}/members/mallory");
    }

    private static async Task RejectAsync(Person maker, Person mallory, string group, string code)
    {
        await maker.AskAsync("PATCH", $"/api/conversations/{group}", new { joinPolicy = "approval" });
        await mallory.AskAsync("POST", $"/api/invites/{code}/join", expected: HttpStatusCode.Accepted);
        await maker.DoAsync("POST", $"/api/conversations/{group}/join-requests/mallory/reject");
    }

    /// <summary>Tries the same for each reason with a victim of its own, and compares the answers door by door.</summary>
    private static async Task CompareAsync(
        ChatApp app,
        IEnumerable<string> reasons,
        Func<Person, Person, string, Task<List<string>>> tryAsync,
        string expected,
        int count)
    {
        var (first, n) = (default(List<string>), 0);
        foreach (var why in reasons)
        {
            // All names have the same length, so that sizes can be compared, too.
            var (mallory, victim) = (app.As($"mallory-{++n:00}"), app.As($"victim-{n:00}"));
            var answers = (await tryAsync(mallory, victim, why)).ConvertAll(answer =>
                Alike(answer).Replace(victim.Name, "victim", StringComparison.Ordinal)
                    .Replace(mallory.Name, "mallory", StringComparison.Ordinal));
            first ??= answers;
            for (var door = 0; door < answers.Count; door++)
            {
                Assert.True(first[door] == answers[door], $"Where the victim {why}:\n{answers[door]}\nand not\n{first[door]}");
            }
        }

        var refusals = first!.Count(answer => answer.StartsWith(expected[..3], StringComparison.Ordinal) && answer.Contains(
            $"\"{expected[4..]}\"", StringComparison.Ordinal));
        Assert.True(refusals >= count, $"Expected {count} answers {expected} among {string.Join('\n', first!)}");
    }

    /// <summary>Status, headers and body.</summary>
    private static async Task<string> TryAsync(Person person, string method, string path, object? body = null)
    {
        using var answer = await Person.PatientlyAsync(
            () => person.SendAsync(new HttpMethod(method), $"/api/{path}", body is null ? null : JsonContent.Create(body)));
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .Where(header => header.Key != "Date")
            .Select(header => $"{header.Key}: {(header.Key == "Chat-Session" ? "…" : string.Join(',', header.Value))}")
            .Order(StringComparer.Ordinal);
        return $"{(int)answer.StatusCode} {method} {path}\n{string.Join('\n', headers)}\n\n{await answer.Content.ReadAsStringAsync()}";
    }

    /// <summary>Without what differs from call to call: ids and instants.</summary>
    private static string Alike(string answer) => Instant().Replace(Id().Replace(answer, "{id}"), "{instant}");

    private static Task<JsonElement> AdmitAsync(Person victim, string whoCanMessage, string forAdds = "noOne") =>
        victim.AskAsync("PATCH", "/api/me/privacy", new { whoCanMessage, whoCanAdd = forAdds });

    private static async Task BanAsync(ChatApp app, Person mallory, Person victim)
    {
        await app.As("reporter")
            .AskAsync("POST", "/api/reports", new { target = new { userId = victim.Name }, reason = "spam" }, HttpStatusCode.Accepted);
        var vera = app.AsModerator("vera");
        var open = (await vera.AskAsync("GET", "/api/moderation/cases?limit=100")).List("cases")
            .Single(one => $"{one}".Contains($"\"{victim.Name}\"", StringComparison.Ordinal));
        await vera.DecideAsync($"/api/moderation/cases/{open.Text("caseId")}", new { action = "ban", ground = "terms", rule = "Spam" });
    }

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Instant();
}
