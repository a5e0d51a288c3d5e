using System.Net;
using Chat.Functions.Acceptance.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A host app that doesn't tell who follows whom, but answers when it is asked.</summary>
public class When_the_host_app_is_asked_who_follows_whom
{
    [Fact]
    public async Task Should_be_asked_of_those_of_whom_it_never_told_and_its_answer_hold_for_a_minute()
    {
        var clock = new JumpingClock();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await StartAsync(host, clock);
        var alice = app.As("alice");
        await WarmUpAsync(host, alice);
        List<(string From, string To)> Asked() => [.. host.Pairs.Where(pair => !pair.To.StartsWith("warm", StringComparison.Ordinal))];
        host.Follows[("bob", "alice")] = true;

        // Bob follows her: it is open. Carol doesn't: it is a request.
        Assert.Null(await RequestOfAsync(alice, "bob"));
        Assert.Equal("alice", await RequestOfAsync(alice, "carol"));
        Assert.Equal([("alice", "bob"), ("alice", "carol")], Asked());

        // What it told isn't asked.
        await app.AsHost().FollowsAsync("dave", "alice");
        Assert.Null(await RequestOfAsync(alice, "dave"));
        await app.AsHost().FollowsAsync("erin", "alice", follows: false);
        Assert.Equal("alice", await RequestOfAsync(alice, "erin"));
        Assert.Equal(2, Asked().Count);

        // Only who follows her and whom she follows may be added by her: both directions are one answer.
        Assert.Equal(["bob"], await InvitedAsync(alice, "bob"));
        Assert.Equal(2, Asked().Count);
        host.Follows[("alice", "bob")] = true;
        Assert.Equal(["bob"], await InvitedAsync(alice, "bob"));
        clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Empty(await InvitedAsync(alice, "bob"));
        Assert.Equal([("alice", "bob"), ("alice", "carol"), ("alice", "bob")], Asked());
    }

    [Fact]
    public async Task Should_count_as_strangers_when_it_does_not_answer_and_name_nobody_in_the_log()
    {
        var clock = new JumpingClock();
        using var log = new CapturedLog();
        await using var host = await HookReceiver.StartAsync();
        await using var app = await StartAsync(host, clock, log);
        Func<HttpContext, Task>[] misbehaviours =
        [
            http => Task.Run(() => http.Response.StatusCode = 500),
            http => Task.Run(() => http.Response.Redirect("http://127.0.0.1:9/elsewhere")),
            http => http.Response.Body.WriteAsync("not JSON"u8.ToArray()).AsTask(),
            http => http.Response.Body.WriteAsync("null"u8.ToArray()).AsTask(),
            http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted),
        ];
        foreach (var (n, misbehaves) in misbehaviours.Index())
        {
            host.Misbehaves = misbehaves;
            host.Follows[($"followed-{n}", "alice.somebody")] = true;
            Assert.Equal("alice.somebody", await RequestOfAsync(app.As("alice.somebody"), $"followed-{n}"));
        }

        // After five in a row it is spared, and later asked again.
        host.Misbehaves = null;
        host.Follows[("followed-9", "alice.somebody")] = true;
        Assert.Equal("alice.somebody", await RequestOfAsync(app.As("alice.somebody"), "followed-9"));
        Assert.Equal(misbehaviours.Length, host.Pairs.Count);
        clock.Jump(TimeSpan.FromSeconds(16));
        host.Follows[("followed-10", "alice.somebody")] = true;
        Assert.Null(await RequestOfAsync(app.As("alice.somebody"), "followed-10"));

        Assert.Contains(log.Lines, line => line.Contains("they count as strangers", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("alice.somebody", StringComparison.Ordinal) || line.Contains(
            "followed-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Should_not_be_asked_where_nothing_depends_on_it()
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: host.SettingsOf(relationships: "/follows"));
        await app.As("alice").StartDirectAsync("bob");
        await app.As("alice").CreateGroupAsync("Trip", "carol", "dave");
        Assert.Empty(host.Pairs);
    }

    private static Task<ChatApp> StartAsync(HookReceiver host, JumpingClock clock, CapturedLog? log = null)
    {
        var settings = host.SettingsOf(relationships: "/follows?app=chat");
        settings["Trust:Mode"] = "strict";
        return ChatApp.StartAsync(settings: settings, time: clock, log: log);
    }

    /// <summary>The first questions take longest, and a busy machine may take too long for them.</summary>
    private static async Task WarmUpAsync(HookReceiver host, Person person)
    {
        var n = 0;
        await Eventually.SeesAsync(
            () =>
            {
                var follower = $"warm-{n++}";
                host.Follows[(follower, person.Name)] = true;
                return RequestOfAsync(person, follower);
            },
            by => by is null,
            "the host app to be asked in time");
    }

    /// <summary>Who asks in a new direct conversation; null where it is open.</summary>
    private static async Task<string?> RequestOfAsync(Person person, string other) =>
        (await person.AskAsync("POST", "/api/conversations", new { kind = "direct", members = new[] { other } }, HttpStatusCode.Created))
            .Text("request.by");

    /// <summary>Who is invited to a new group, and hasn't joined.</summary>
    private static async Task<List<string?>> InvitedAsync(Person person, params string[] others)
    {
        var group = (await person.CreateGroupAsync("Trip", others)).ConversationId;
        var members = (await person.AskAsync("GET", $"/api/conversations/{group}/members")).List("members");
        return [.. members.Where(one => one.Text("state") == "invited").Select(one => one.Text("userId"))];
    }
}
