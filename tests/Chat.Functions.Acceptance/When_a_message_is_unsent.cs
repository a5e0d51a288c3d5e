using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Shared;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

public class When_a_message_is_unsent
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Should_not_be_pushed_any_more_as_it_was_said(bool isGroup)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = isGroup
            ? (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId
            : (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();
        await alice.SendAsync(conversation, "Hello");
        await phone.ReceivesAsync(conversation, "Hello");
        var failed = 0;
        using (app.Azure.Faults.Add(new Fault("signalr", "*", FaultKind.Fail)
        {
            Strike = _ => Task.FromResult(Interlocked.Increment(ref failed)),
        }))
        {
            var said = await alice.SayAsync(conversation, new { text = "secret" });
            await Eventually.HoldsAsync(() => failed, count => count > 0);
            await alice.AskAsync("DELETE", said.Path());
            clock.Jump(TimeSpan.FromSeconds(2));
        }

        await app.HasDeliveredAsync(clock);
        await phone.ReceivesEventAsync("message.deleted");
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(phone.Events()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_stay_nowhere_that_was_behind_when_it_was_taken_back(bool isLast)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var path = $"/api/conversations/{group}";
        var said = await alice.SayAsync(
            group,
            new { text = "secret @bob", mentions = new[] { new { userId = "bob", offset = 7, length = 4 } } });
        await alice.AskAsync("PATCH", said.Path(), new { text = "secret indeed" });
        await alice.DoAsync("PUT", said.Path() + "/pin");
        await bob.AskAsync("PUT", said.Path() + "/reactions/:a:");
        if (!isLast)
        {
            await bob.SayAsync(group, new { text = "What?", replyTo = said.Text("messageId") });
        }

        // Lists are behind when it is taken back.
        using (app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Throttle) { Times = 12, Probability = 0.7 }))
        {
            await alice.SayAsync(group, new { text = isLast ? "secret of the last" : "Nothing" });
            foreach (var message in (await alice.AskAsync("GET", path + "/messages")).List("messages")
                .Where(one => one.Text("text")!.Contains("secret", StringComparison.Ordinal)))
            {
                await alice.AskAsync("DELETE", message.Path());
            }
        }

        await app.HasDeliveredAsync(clock);
        foreach (var person in new[] { alice, bob, app.As("carol") })
        {
            foreach (var seen in new[] { path, path + "/messages", path + "/events", path + "/pins", "/api/conversations", "/api/sync" })
            {
                Assert.DoesNotContain("secret", (await person.AskAsync("GET", seen)).ToString(), StringComparison.Ordinal);
            }

            Assert.Empty((await person.AskAsync("GET", path + "/pins")).List("pins"));
        }

        var containers = app.Services.GetRequiredService<ChatContainers>();
        foreach (var (container, partition) in new[]
        {
            (containers.Conversations, group), (containers.Users, "alice"), (containers.Users, "bob"), (containers.Users, "carol"),
        })
        {
            using var pages = container.GetItemQueryStreamIterator(
                new QueryDefinition("SELECT * FROM c"),
                requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(partition) });
            while (pages.HasMoreResults)
            {
                using var page = await pages.ReadNextAsync();
                Assert.DoesNotContain(
                    "secret",
                    await new StreamReader(page.EnsureSuccessStatusCode().Content).ReadToEndAsync(),
                    StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Should_leave_nothing_of_what_it_said_anywhere()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using var phone = await bob.ListenAsync();
        var sent = await alice.SendAsync(conversation, "secret one");
        await alice.AskAsync("PATCH", Path(sent), new { text = "secret two" });
        await bob.AskAsync("PUT", Path(sent) + "/reactions/%F0%9F%91%8D");
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen?.LastMessage?.Preview == "secret two");

        var left = await alice.AskAsync("DELETE", Path(sent));
        Assert.Equal(("", "alice", 0), (
            left.GetProperty("text").GetString(),
            left.GetProperty("unsentBy").GetString(),
            left.GetProperty("reactions").GetArrayLength()));
        Assert.Equal(sent.MessageId, (await phone.ReceivesEventAsync("message.deleted")).GetProperty("messageId").GetString());
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen!.LastMessage!.Preview.Length == 0);
        Assert.Empty((await bob.AskAsync("GET", Path(sent) + "/revisions")).GetProperty("revisions").EnumerateArray());
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(await bob.LogAsync(conversation)), StringComparison.Ordinal);
        await Eventually.SeesAsync(() => StoredAsync(app), stored => !stored.Contains("secret", StringComparison.Ordinal));

        // Again is the same, and what is gone can't be changed.
        Assert.Equal(
            left.GetProperty("updatedSeq").GetInt64(),
            (await alice.AskAsync("DELETE", Path(sent))).GetProperty("updatedSeq").GetInt64());
        Assert.Equal("message_unsent", await alice.IsRefusedAsync("PATCH", Path(sent), HttpStatusCode.Conflict, new { text = "again" }));
        Assert.Equal("message_unsent", await bob.IsRefusedAsync("PUT", Path(sent) + "/reactions/:wave:", HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Should_be_allowed_to_the_sender_for_a_while_and_to_a_groups_owner_always()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, carol) = (app.As("alice"), app.As("bob"), app.As("carol"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var sent = await bob.SendAsync(group, "Hello");
        Assert.Equal("not_allowed", await carol.IsRefusedAsync("DELETE", Path(sent), HttpStatusCode.Forbidden));

        clock.Jump(TimeSpan.FromMinutes(4));
        Assert.Equal("too_late", await bob.IsRefusedAsync("DELETE", Path(sent), HttpStatusCode.Forbidden));
        Assert.Equal("alice", (await alice.AskAsync("DELETE", Path(sent))).GetProperty("unsentBy").GetString());
    }

    private static string Path(MessageJson message) => $"/api/conversations/{message.ConversationId}/messages/{message.MessageId}";

    /// <summary>Every document in both containers.</summary>
    private static async Task<string> StoredAsync(ChatApp app)
    {
        var containers = app.Services.GetRequiredService<ChatContainers>();
        var all = new StringWriter();
        foreach (var container in new[] { containers.Conversations, containers.Users })
        {
            using var pages = container.GetItemQueryStreamIterator(new QueryDefinition("SELECT * FROM c"));
            while (pages.HasMoreResults)
            {
                using var page = await pages.ReadNextAsync();
                using var reader = new StreamReader(page.EnsureSuccessStatusCode().Content);
                await all.WriteAsync(await reader.ReadToEndAsync());
            }
        }

        return all.ToString();
    }
}
