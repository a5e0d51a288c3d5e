using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Who declined somebody isn't asked again and again by group after group, and that one doesn't notice.</summary>
public sealed class When_who_was_declined_invites_again
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Should_look_to_whoever_invites_as_if_it_waited(bool wasDirect, bool wasCreated)
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var seen = new List<string>();
        foreach (var isDeclined in new[] { false, true })
        {
            var (alice, bob) = (app.As($"alice-{seen.Count}"), app.As($"bob-{seen.Count}"));
            await using var phone = await bob.ListenAsync();
            await using var hers = await alice.ListenAsync();
            var asked = wasDirect
                ? await alice.AsksToWriteAsync(bob.Name)
                : (await alice.CreateGroupAsync("First", bob.Name)).ConversationId;
            if (isDeclined)
            {
                await bob.DoAsync("POST", $"/api/requests/{asked}/decline", new { });
            }

            var group = (await alice.CreateGroupAsync("Second", wasCreated ? [bob.Name, "helper"] : ["helper"])).ConversationId;
            (string Method, string Path, object? Body)[] all =
            [
                ("POST", $"conversations/{group}/members", new { members = new[] { bob.Name } }),
                ("GET", $"conversations/{group}", null),
                ("GET", $"conversations/{group}/members", null),
                ("GET", $"conversations/{group}/events", null),
                ("GET", "conversations", null),
                ("POST", "users/profiles", new { users = new[] { bob.Name } }),
            ];
            var answers = new List<string>();
            foreach (var (method, path, body) in all)
            {
                // The list follows the log.
                await app.HasDeliveredAsync();
                using var answer = await Person.PatientlyAsync(() => alice.SendAsync(
                    new HttpMethod(method), $"/api/{path}", body is null ? null : JsonContent.Create(body)));
                answers.Add($"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }

            await app.HasDeliveredAsync();
            answers.AddRange((await hers.EventsBeforeNowAsync(alice, group)).Select(one => one.Text("type")!));
            seen.Add(Alike(string.Join('\n', answers), seen.Count, asked, group));
            Assert.Equal(
                isDeclined ? [] : new[] { group, asked },
                (await bob.RequestsAsync()).Select(one => one.Text("conversationId")));
            await Eventually.HoldsAsync(
                () => phone.Events().Count(one => one.Text("type") == "request.received"), count => count == (isDeclined ? 1 : 2));
        }

        Assert.Equal(seen[0], seen[1]);
        Assert.Contains("\"state\":\"invited\"", seen[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("writes")]
    [InlineData("accepts")]
    [InlineData("waits")]
    public async Task Should_be_asked_again_once_they_write_or_accept_or_a_month_is_over(string becomes)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict, time: clock);
        var lifetime = TimeSpan.FromDays(100);
        var (alice, bob) = (new Person(app.Http, "alice", lifetime: lifetime), new Person(app.Http, "bob", lifetime: lifetime));
        var first = (await alice.CreateGroupAsync("First", "bob")).ConversationId;
        await bob.DoAsync("POST", $"/api/requests/{first}/decline", new { });
        await alice.CreateGroupAsync("Second", "bob");
        Assert.Empty(await bob.RequestsAsync());
        switch (becomes)
        {
            case "writes":
                var direct = await alice.AsksToWriteAsync("bob");
                await bob.SendAsync(direct, "Who are you?");
                break;
            case "accepts":
                await bob.DoAsync("POST", $"/api/requests/{await alice.AsksToWriteAsync("bob")}/accept");
                break;
            default:
                clock.Jump(TimeSpan.FromDays(30));
                break;
        }

        var third = (await alice.CreateGroupAsync("Third", "bob")).ConversationId;
        Assert.Equal(third, Assert.Single(await bob.RequestsAsync()).Text("conversationId"));
        await bob.DoAsync("POST", $"/api/requests/{third}/accept");
        Assert.Contains(third, await bob.ListedAsync());
    }

    [Fact]
    public async Task Should_go_on_hearing_of_others_and_be_added_by_friends()
    {
        await using var app = await ChatApp.StartAsync(settings: ChatApp.Strict);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        await bob.DoAsync("POST", $"/api/requests/{(await alice.CreateGroupAsync("First", "bob")).ConversationId}/decline", new { });
        var other = (await app.As("carol").CreateGroupAsync("Hers", "bob")).ConversationId;
        Assert.Equal(other, Assert.Single(await bob.RequestsAsync()).Text("conversationId"));

        // Whom they admit is no stranger, whatever was declined before.
        await app.AsHost().AreFriendsAsync("alice", "bob");
        var second = (await alice.CreateGroupAsync("Second", "bob")).ConversationId;
        await app.HasDeliveredAsync();
        Assert.Equal([second], await bob.ListedAsync());
    }

    private static string Alike(string text, int round, params string[] ids) => Regex.Replace(
        ids.Aggregate(text, (all, id) => all.Replace(id, "{id}", StringComparison.Ordinal))
            .Replace($"alice-{round}", "alice", StringComparison.Ordinal)
            .Replace($"bob-{round}", "bob", StringComparison.Ordinal),
        @"\d{4}-\d\d-\d\dT[\d:.]+Z",
        "{instant}",
        RegexOptions.NonBacktracking);
}
