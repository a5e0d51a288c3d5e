using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

public class When_a_group_is_in_slow_mode(ITestOutputHelper output)
{
    private const int Pause = 600;

    [Fact]
    public async Task Should_hold_members_to_a_pause_and_nobody_else()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = await SlowGroupAsync(alice, Pause, "bob", "carol");
        await alice.DoAsync("PATCH", $"/api/conversations/{group}/members/carol", new { role = "admin" });
        var first = await bob.SendAsync(group, "one", "1");

        using var refused = await Person.PatientlyAsync(() => bob.TrySendAsync(group, "two", "2"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ("rate_limited", "slowMode", Pause), (problem.Text("code"), problem.Text("limit.name"), problem.Number("limit.value")));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, Pause - 60, Pause);
        foreach (var exempt in new[] { alice, carol, alice, carol })
        {
            await exempt.SendAsync(group, "as often as I like");
        }

        // A repeat is answered as ever, and what isn't a message doesn't wait.
        Assert.Equal(first.Seq, (await bob.SendAsync(group, "one", "1")).Seq);
        await bob.AskAsync("PATCH", $"/api/conversations/{group}/messages/{first.MessageId}", new { text = "One" });
        await bob.AskAsync("PUT", $"/api/conversations/{group}/messages/{first.MessageId}/reactions/{Uri.EscapeDataString("👍")}");

        // Reading changes the document that the pause is in.
        await bob.MarkReadAsync(group, first.Seq);
        clock.Jump(refused.Headers.RetryAfter.Delta.Value);
        await bob.SendAsync(group, "two", "2");
        Assert.Equal("rate_limited", await bob.MayNotSayAsync(group, new { text = "three" }, HttpStatusCode.TooManyRequests));

        // Neither leaving nor another's switch cuts a pause short that is on again.
        await bob.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
        await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "bob" } });
        Assert.Equal("rate_limited", await bob.MayNotSayAsync(group, new { text = "three" }, HttpStatusCode.TooManyRequests));
        Assert.False((await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { slowModeSeconds = 0 }))
            .TryGetProperty("slowModeSeconds", out _));
        await bob.SendAsync(group, "three");
        await bob.SendAsync(group, "four");
    }

    [Fact]
    public async Task Should_let_one_through_of_many_at_once_on_all_instances()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var one = await ChatApp.StartAsync(azure);
        await using var other = await ChatApp.StartAsync(azure);
        var (alice, bob) = (one.As("alice"), one.As("bob"));
        var group = await SlowGroupAsync(alice, Pause, [.. Enumerable.Range(0, 40).Select(n => $"{new string('m', 60)}-{n}"), "bob"]);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            using var answer = await (n % 2 == 0 ? bob : bob.At(other)).TrySendAsync(group, $"{n}");
            return answer.StatusCode;
        }));
        Assert.Single(statuses, HttpStatusCode.Created);
        Assert.All(statuses, status => Assert.Contains(
            status, new[] { HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable }));

        // Everything is slow for those who never sent, too.
        var carol = one.As($"{new string('m', 60)}-7");
        var messages = Enumerable.Range(0, 3).Select(n => new { clientMessageId = $"{n}", text = $"{n}" });
        var batch = await carol.AskAsync("POST", $"/api/conversations/{group}/messages/batch", new { messages });
        Assert.Equal([201, 429, 429], batch.List("results").Select(result => result.Number("status")));
        Assert.Equal("rate_limited", batch.List("results")[1].Text("problem.code"));
        var elsewhere = (await carol.StartDirectAsync("bob")).ConversationId;
        var sent = await carol.SendAsync(elsewhere, "Pass it on");
        var forwarded = await carol.AskAsync(
            "POST",
            $"/api/conversations/{elsewhere}/messages/{sent.MessageId}/forward",
            new { clientMessageId = "f", to = new[] { group, elsewhere } });
        Assert.Equal([429, 201], forwarded.List("results").Select(result => result.Number("status")));
        Assert.Equal(2, (await alice.HistoryAsync(group)).Count);
    }

    [Fact]
    public async Task Should_send_what_is_scheduled_as_soon_as_its_sender_may_write_again()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = await SlowGroupAsync(alice, Pause, "bob");
        foreach (var n in new[] { 0, 1 })
        {
            await bob.AskAsync(
                "POST",
                $"/api/conversations/{group}/scheduled",
                new { clientMessageId = $"{n}", text = $"{n}", dueAt = clock.GetUtcNow().AddSeconds(70 + n) },
                HttpStatusCode.Created);
        }

        clock.Jump(TimeSpan.FromSeconds(80));
        await Eventually.SeesAsync(() => alice.HistoryAsync(group), all => all.Count == 1);
        await Eventually.HoldsAsync(
            () => app.Azure.Meter.Read().Where(reading => reading is { Service: "servicebus", Operation: "send" }).Sum(
                reading => reading.Requests),
            sent => sent > 0);
        Assert.Single((await bob.AskAsync("GET", $"/api/conversations/{group}/scheduled")).List("scheduled"));
        clock.Jump(TimeSpan.FromSeconds(Pause - 60));
        await Eventually.SeesAsync(clock, () => alice.HistoryAsync(group), all => all.Count == 2);
        var times = (await alice.HistoryAsync(group)).Select(message => message.At).ToList();
        Assert.True(times[1] - times[0] >= TimeSpan.FromSeconds(Pause), $"{times[0]}, then {times[1]}");
    }

    [Fact]
    public async Task Should_cost_what_it_did_while_it_is_off()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob")).ConversationId;
        await bob.SendAsync(group, "The first pays for what the others find.");
        var off = await CostAsync();
        await alice.AskAsync("PATCH", $"/api/conversations/{group}", new { slowModeSeconds = 1 });
        var on = await CostAsync();
        output.WriteLine($"off {off}, on {on}");
        Assert.Equal((14.38, 24.61), (off, on));

        // The least of three: what an instance has known for more than a second it reads again.
        async Task<double> CostAsync()
        {
            var least = double.MaxValue;
            for (var n = 0; n < 3; n++)
            {
                await app.HasDeliveredAsync();
                var before = Commits();
                await Eventually.SeesAsync(() => bob.TrySendAsync(group, "Hello"), answer => answer.StatusCode == HttpStatusCode.Created);
                least = Math.Min(least, Math.Round(Commits() - before, 2));
            }

            return least;
        }

        // Of the commit alone; what follows it is the same.
        double Commits() => app.Azure.Meter.Read().Where(reading => reading is { Service: "cosmos", Operation: "batch" or "read" }).Sum(
            reading => reading.Units);
    }

    private static async Task<string> SlowGroupAsync(Person owner, int seconds, params string[] members)
    {
        var group = (await owner.CreateGroupAsync("Trip", members)).ConversationId;
        var changed = await owner.AskAsync("PATCH", $"/api/conversations/{group}", new { slowModeSeconds = seconds });
        Assert.Equal(seconds, changed.Number("slowModeSeconds"));
        return group;
    }
}
