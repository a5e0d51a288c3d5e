using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Connections to SignalR and places in push groups begin with a negotiate and end with the token, or with a sign-out.</summary>
public class When_somebody_signs_in_and_out
{
    [Fact]
    public async Task Should_connect_for_no_longer_than_the_token_is_good()
    {
        await using var app = await ChatApp.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (lifetime, connects) in new[]
        {
            (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10)),
            (TimeSpan.FromHours(8), TimeSpan.FromHours(1)),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/realtime/negotiate");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.For("alice", lifetime: lifetime));
            using var answer = await app.Http.SendAsync(request);
            var token = new JsonWebToken((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString());

            // Tokens are taken for half a minute more, as clocks differ.
            Assert.InRange(token.ValidTo - now.UtcDateTime, connects - TimeSpan.FromMinutes(1), connects + TimeSpan.FromMinutes(1));
            Assert.Equal("true", token.GetClaim("asrs.s.coae").Value);
            var end = DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(token.GetClaim("asrs.s.aeo").Value, System.Globalization.CultureInfo.InvariantCulture));
            Assert.InRange(end - now, lifetime - TimeSpan.FromMinutes(1), lifetime + TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Should_let_members_in_when_they_join_so_that_a_negotiate_has_nothing_to_do()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "carol" } });
        await app.HasDeliveredAsync();
        var asked = 0;
        using var counting = Count(
            app,
            "servicebus",
            "send",
            target => target.StartsWith("pushgroups", StringComparison.Ordinal),
            () => asked++);

        foreach (var person in new[] { alice, bob, app.As("carol") })
        {
            await using (await person.ListenAsync())
            {
            }
        }

        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Should_close_all_connections_and_end_all_places()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        await using var tablet = await bob.ListenAsync();
        await using var alices = await alice.ListenAsync();
        Assert.NotEmpty(Places(app, "bob"));

        await bob.DoAsync("POST", "/api/realtime/sign-out");

        await Task.WhenAll(phone.Ended, tablet.Ended).WaitAsync(Eventually.Timeout);
        Assert.Empty(Places(app, "bob"));
        Assert.True(alices.IsOpen);
        Assert.NotEmpty(Places(app, "alice"));

        // Signing in again brings everything back.
        await using var again = await bob.ListenAsync();
        await Eventually.HoldsAsync(() => Places(app, "bob"), places => places.Count == 1);
        await alice.SendAsync(group, "Welcome back");
        await again.ReceivesAsync(group, "Welcome back");
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        await bob.DoAsync("POST", "/api/realtime/sign-out");
    }

    [Fact]
    public async Task Should_renew_each_place_once_however_often_somebody_connects()
    {
        const int Groups = 70;
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        for (var n = 0; n < Groups; n++)
        {
            await app.As("alice").CreateGroupAsync($"{n}", "bob", "carol");
            await app.HasDeliveredAsync();
        }

        await bob.DoAsync("POST", "/api/realtime/sign-out");
        var renewed = 0;
        using var counting = Count(
            app,
            "signalr",
            "group-add",
            target => target.EndsWith("/bob", StringComparison.Ordinal),
            () => Interlocked.Increment(ref renewed));

        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => bob.AskAsync("POST", "/api/realtime/negotiate")));

        await Eventually.HoldsAsync(() => Places(app, "bob"), places => places.Count == Groups);
        await NothingIsLeftAsync(app);

        // A call that takes too long is made again.
        Assert.InRange(renewed, Groups, Groups + 10);
    }

    [Fact]
    public async Task Should_hold_against_a_renewal_that_runs_just_then()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        await app.As("alice").CreateGroupAsync("Trip", "bob", "carol");
        await app.HasDeliveredAsync();
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        var (reached, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        using (app.Azure.Faults.Add(new Fault("signalr", "group-add", FaultKind.Delay) { Times = 1, Strike = HoldAsync }))
        {
            await bob.AskAsync("POST", "/api/realtime/negotiate");
            await reached.Task.WaitAsync(Eventually.Timeout);
            await bob.DoAsync("POST", "/api/realtime/sign-out");
            open.SetResult();
            await NothingIsLeftAsync(app);
        }

        Assert.Empty(Places(app, "bob"));

        // What was undone isn't forgotten.
        await using var phone = await bob.ListenAsync();
        await Eventually.HoldsAsync(() => Places(app, "bob"), places => places.Count == 1);

        Task HoldAsync(string target)
        {
            reached.TrySetResult();
            return open.Task;
        }
    }

    [Fact]
    public async Task Should_say_so_when_the_service_is_away()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        using (app.Azure.Faults.Add(new Fault("signalr", "close-user", FaultKind.Fail)))
        {
            Assert.Equal("unavailable", await bob.IsRefusedAsync("POST", "/api/realtime/sign-out", HttpStatusCode.ServiceUnavailable));
        }

        await bob.DoAsync("POST", "/api/realtime/sign-out");
    }

    [Fact]
    public async Task Should_close_what_came_by_any_instance_and_by_queue_what_the_call_did_not()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var first = await ChatApp.StartAsync(azure);
        await using var second = await ChatApp.StartAsync(azure);
        var bob = first.As("bob");
        await using (var phone = await bob.ListenAsync())
        await using (var tablet = await bob.At(second).ListenAsync())
        {
            await bob.DoAsync("POST", "/api/realtime/sign-out");
            await Task.WhenAll(phone.Ended, tablet.Ended).WaitAsync(Eventually.Timeout);
        }

        await using var left = await bob.At(second).ListenAsync();
        using (azure.Faults.Add(new Fault("signalr", "close-user", FaultKind.Fail)))
        {
            Assert.Equal("unavailable", await bob.IsRefusedAsync("POST", "/api/realtime/sign-out", HttpStatusCode.ServiceUnavailable));
        }

        // By what the service is asked: time that jumps half a minute closes whoever was silent for as long.
        Assert.True(left.IsOpen);
        var closed = 0;
        using var counting = Count(
            first,
            "signalr",
            "close-user",
            target => target.EndsWith("bob", StringComparison.Ordinal),
            () => Interlocked.Increment(ref closed));
        await AfterAWhileAsync();
        Assert.NotEqual(0, closed);
        await left.Ended.WaitAsync(Eventually.Timeout);

        // What is done isn't done again: who signs in again stays.
        await bob.DoAsync("POST", "/api/realtime/sign-out");
        var before = closed;
        await AfterAWhileAsync();
        Assert.Equal(before, closed);

        async Task AfterAWhileAsync()
        {
            clock.Jump(TimeSpan.FromSeconds(31));
            await Eventually.HoldsAsync(
                azure.ServiceBus.Find("moderation")!.Count, count => count.Active + count.InFlight + count.Scheduled == 0);
        }
    }

    [Fact]
    public async Task Should_sign_out_without_the_queue()
    {
        await using var app = await ChatApp.StartAsync();
        var bob = app.As("bob");
        await using var phone = await bob.ListenAsync();
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
        {
            Target = target => target.StartsWith("moderation", StringComparison.Ordinal),
        }))
        {
            await bob.DoAsync("POST", "/api/realtime/sign-out");
        }

        await phone.Ended.WaitAsync(Eventually.Timeout);
    }

    private static List<string> Places(ChatApp app, string user) =>
        [.. app.Azure.SignalR.Read().SelectMany(hub => hub.Users).Where(one => one.UserId == user).SelectMany(one => one.Groups)];

    private static async Task NothingIsLeftAsync(ChatApp app)
    {
        var queue = app.Azure.ServiceBus.Find("pushgroups")!;
        await Eventually.HoldsAsync(queue.Count, count => count.Active + count.InFlight + count.Scheduled == 0, "the renewals to be over");
    }

    /// <summary>Counts operations of a service, which go on as always.</summary>
    private static IDisposable Count(ChatApp app, string service, string operation, Func<string, bool> isIt, Action count) =>
        app.Azure.Faults.Add(new Fault(service, operation, FaultKind.Delay)
        {
            Target = target =>
            {
                if (isIt(target))
                {
                    count();
                }

                return false;
            },
        });
}
