using System.Text;
using System.Text.Json.Nodes;
using Chat.Functions.Delivery;
using Chat.Functions.HostApp;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Chat.Local.Tests;
using Microsoft.Azure.Cosmos;
using Xunit;
using static Chat.Functions.Tests.Delivery.Commands;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>What following the change feed does to inboxes and queues, case by case.</summary>
public class EntryProjectionTests
{
    private static readonly string[] People = ["ann", "ben", "cat", "dan"];
    private static readonly string[] Silent = [.. Enumerable.Range(0, 40).Select(n => $"silent-{n}")];
    private static readonly Limits Limits = new();

    [Fact]
    public async Task Hands_over_each_commit_once_more_but_none_that_is_old_and_no_entry_that_was_changed_since()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        var first = (Message)(await process.SendAsync(conversation, "ann", "1")).Entries[0];
        await process.SendAsync(conversation, "ben", "2");
        await process.Log.AppendAsync(conversation, Reaction(conversation, first, "cat"), null, CancellationToken.None);
        var pages = await Projector.PagesAsync(deployment.Azure, int.MaxValue);

        await using var later = new Projector(
            deployment, new SetClock { Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(61) });
        await later.KeepFollowingAsync(pages[0]);
        Assert.Equal(0, deployment.Azure.ServiceBus.Find(EntriesCommitted.Queue)!.Count().Active);

        await using var projector = new Projector(deployment, new PatientClock());
        await projector.KeepFollowingAsync(pages[0]);
        await projector.KeepFollowingAsync(pages[0]);
        var queued = await deployment.Azure.ServiceBus.Connect().CreateReceiver(EntriesCommitted.Queue).PeekMessagesAsync(10);
        Assert.Equal(
            [$"{conversation}:1-1", $"{conversation}:3-3", $"{conversation}:4-4"],
            queued.Select(message => message.MessageId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Hands_over_the_whole_commit_of_whichever_of_its_entries_a_page_shows()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => process.SendAsync(conversation, People[n % People.Length], $"message {n}")));
        var log = await StoredLog.ReadAsync(process.Containers.Conversations, conversation);
        var shared = log.Messages.First(message => message.Commit!.First < message.Commit.Last);
        var pages = await Projector.PagesAsync(deployment.Azure, 1);

        await using var projector = new Projector(deployment, new PatientClock());
        await projector.FollowAsync(pages.Single(page => page.Contains($"\"{shared.Id}\"", StringComparison.Ordinal)));

        var queued = await deployment.Azure.ServiceBus.Connect().CreateReceiver(EntriesCommitted.Queue).PeekMessagesAsync(10);
        Assert.Equal([$"{conversation}:{shared.Commit!.First}-{shared.Commit.Last}"], queued.Select(message => message.MessageId));
    }

    [Fact]
    public async Task Passes_over_what_is_older_than_a_day_but_for_who_joined_and_left()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        await process.SendAsync(conversation, "ann", "Hello");
        await process.Log.AppendAsync(conversation, Removal(conversation, "dan"), null, CancellationToken.None);
        var entries = (await Projector.PagesAsync(deployment.Azure, 1)).Where(page => !IsHead(page)).ToList();

        await using var later = new Projector(deployment, new SetClock { Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(25) });
        await FollowAsync(later);
        Assert.Equal((0, 0), (await ReadOrdinalAsync(later, "ann"), await ReadOrdinalAsync(later, "ben")));
        Assert.True((await later.Inbox.ReadAsync(new UserId("dan"), conversation, CancellationToken.None))?.IsTombstone);

        await using var soon = new Projector(deployment, new PatientClock());
        await FollowAsync(soon);
        Assert.Equal((1, 0), (await ReadOrdinalAsync(soon, "ann"), await ReadOrdinalAsync(soon, "ben")));

        async Task FollowAsync(Projector projector)
        {
            foreach (var page in entries)
            {
                await projector.KeepFollowingAsync(page);
            }
        }

        async Task<long?> ReadOrdinalAsync(Projector projector, string user) =>
            (await projector.Inbox.ReadAsync(new UserId(user), conversation, CancellationToken.None))?.ReadOrdinal;
    }

    [Fact]
    public async Task Tells_whom_a_message_mentions_that_was_held_for_more_than_a_day()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        var content = new MessageContent { Text = "@ben", Mentions = [new Mention(new UserId("ben"), 0, 4)], IsHeld = true };
        var send = new SendMessageCommand(conversation, new UserId("ann"), "1", content, Limits);
        var held = (Message)(await process.Log.AppendAsync(conversation, send, null, CancellationToken.None)).Entries[0];
        var verdict = new GiveVerdictCommand
        {
            Actor = new UserId("ann"),
            MessageId = held.MessageId,
            ContentHash = held.Held!.Hash,
            IsAllowed = true,
        };
        Assert.Null((await process.Log.AppendAsync(conversation, verdict, null, CancellationToken.None)).Refusal);

        await using var later = new Projector(deployment, new SetClock { Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(25) });
        foreach (var page in await Projector.PagesAsync(deployment.Azure, 1))
        {
            await later.KeepFollowingAsync(page);
        }

        var ben = await later.Inbox.ReadAsync(new UserId("ben"), conversation, CancellationToken.None);
        Assert.Equal(held.Ordinal, ben!.MentionedOrdinal);
    }

    [Fact]
    public async Task Moves_everybody_to_a_head_whatever_entries_its_page_shows()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        await process.SendAsync(conversation, "ann", "Hello");
        await using var projector = new Projector(deployment, new PatientClock());

        await projector.FollowAsync((await Projector.PagesAsync(deployment.Azure, 1)).Single(IsHead));

        foreach (var user in People)
        {
            Assert.Equal("Hello", await projector.PreviewAsync(user, conversation));
        }
    }

    [Theory]
    [InlineData(LogEvent.MemberRemoved, false, false)]
    [InlineData(LogEvent.MemberRemoved, true, true)]
    [InlineData(LogEvent.MemberJoined, false, true)]
    public async Task Believes_no_replica_that_is_behind_the_page(string what, bool isLarge, bool showsHead)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        List<ConversationId> groups = [];
        for (var n = 0; n < 5; n++)
        {
            groups.Add(await process.CreateGroupAsync(isLarge ? [.. People, .. Silent] : People));
        }

        for (var n = 0; n < 20; n++)
        {
            await process.SendAsync(groups[0], "ann", $"message {n}");
        }

        foreach (var group in groups)
        {
            await process.Log.AppendAsync(group, Removal(group, "dan"), null, CancellationToken.None);
            if (what == LogEvent.MemberJoined)
            {
                await process.Log.AppendAsync(group, Addition(group, "dan"), null, CancellationToken.None);
            }
        }

        // Where the page doesn't show the head it is read; with it, the members of a larger group are, and who joined.
        var pages = (await Projector.PagesAsync(deployment.Azure, 1))
            .Where(page => page.Contains($"\"{what}\"", StringComparison.Ordinal) || (showsHead && IsHead(page)));
        deployment.Azure.Cosmos.LagReads("chat", "conversations", 40);
        await using var projector = new Projector(deployment, new PatientClock());
        await projector.KeepFollowingAsync($"[{string.Join(',', pages.Select(page => page[1..^1]))}]");
        await projector.FanOutAsync(deployment.Azure);

        foreach (var group in groups)
        {
            var dan = (await StoredLog.ReadAsync(process.Containers.Conversations, group)).Members.Single(
                member => member.UserId.Value == "dan");
            var entry = await projector.Inbox.ReadAsync(new UserId("dan"), group, CancellationToken.None);
            Assert.Equal((group, what == LogEvent.MemberRemoved), (group, entry?.IsTombstone));
            Assert.True(entry!.IsTombstone || entry.JoinedSeq == dan.JoinedSeq, $"{entry.JoinedSeq} instead of {dan.JoinedSeq}");
        }
    }

    [Fact]
    public async Task Writes_to_no_list_because_of_a_reaction()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(People);
        var message = (Message)(await process.SendAsync(conversation, "ann", "Hello")).Entries[0];
        await using var projector = new Projector(deployment, new PatientClock());
        await projector.FollowAsync((await Projector.PagesAsync(deployment.Azure, int.MaxValue))[0]);

        await process.Log.AppendAsync(conversation, Reaction(conversation, message, "cat"), null, CancellationToken.None);
        var writes = 0;
        using var counted = deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay)
        {
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            Strike = _ => Task.FromResult(Interlocked.Increment(ref writes)),
        });
        foreach (var page in (await Projector.PagesAsync(deployment.Azure, 1))
            .Where(page => !page.Contains(LogEvent.ConversationCreated, StringComparison.Ordinal)))
        {
            await projector.FollowAsync(page);
        }

        Assert.Equal(0, writes);
    }

    [Fact]
    public async Task Goes_on_beside_a_document_that_it_can_not_read_and_gives_that_up_by_its_reason()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, new PatientClock());
        var (sound, broken) = (await process.CreateGroupAsync(People), await process.CreateGroupAsync(People));
        var newest = await process.CreateGroupAsync(People);
        await process.SendAsync(sound, "ann", "Hello");
        await process.SendAsync(broken, "ann", "Hello");
        await process.DamageAsync((Message)(await process.SendAsync(newest, "ann", "Hello")).Entries[0]);
        await StoreAsync(
            process,
            broken,
            new JsonObject { ["type"] = "message", ["id"] = "m:broken", ["conversationId"] = broken.Value, ["seq"] = "three" });
        await StoreAsync(process, broken, new JsonObject { ["type"] = "of-tomorrow", ["id"] = "x", ["conversationId"] = broken.Value });

        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target == $"users/dan/inbox:{newest}",
        }))
        {
            // Of that group the page shows the head, and no entry that can be read.
            var changes = (await Projector.PagesAsync(deployment.Azure, 1)).Where(one =>
                !one.Contains(LogEvent.ConversationCreated, StringComparison.Ordinal)
                || !one.Contains(newest.Value, StringComparison.Ordinal));
            await projector.FollowAsync($"[{string.Join(',', changes.Select(one => one[1..^1]))}]");
        }

        foreach (var conversation in new[] { sound, broken })
        {
            Assert.Equal("Hello", await projector.PreviewAsync("dan", conversation));
        }

        // Whether the entry is projected as a document or as a range, everybody follows the head.
        Assert.Equal(
            [(broken, "Unreadable"), (newest, "Unreadable")],
            (await projector.FanOutAsync(deployment.Azure)).Select(given => (given.Message.ConversationId, given.Reason)).Distinct()
                .OrderBy(given => given.ConversationId == newest));
        Assert.Equal("Hello", await projector.PreviewAsync("dan", newest));
    }

    [Fact]
    public async Task Leaves_what_takes_too_long_to_the_queue_and_has_the_page_again_when_that_is_away_too()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, TimeProvider.System);
        var conversation = await process.CreateGroupAsync(People);
        await process.SendAsync(conversation, "ann", "Hello");
        var page = (await Projector.PagesAsync(deployment.Azure, int.MaxValue))[0];
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay)
        {
            Delay = TimeSpan.FromSeconds(20),
            Target = target => target.StartsWith("users/dan", StringComparison.Ordinal),
        }))
        {
            using (deployment.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
            {
                Target = target => target.StartsWith("fanout/", StringComparison.Ordinal),
            }))
            {
                await Assert.ThrowsAnyAsync<Exception>(() => projector.FollowAsync(page));
            }

            await projector.FollowAsync(page);
        }

        await projector.FanOutAsync(deployment.Azure);
        Assert.Equal("Hello", await projector.PreviewAsync("dan", conversation));
    }

    [Fact]
    public async Task Waits_for_lists_a_second_at_most()
    {
        var clock = new TestClock();
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, clock);
        await process.CreateGroupAsync(People);
        var page = (await Projector.PagesAsync(deployment.Azure, int.MaxValue))[0];
        var held = new TaskCompletionSource();
        using var slow = deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay)
        {
            Delay = TimeSpan.FromHours(1),
            Target = target => target.StartsWith("users/dan", StringComparison.Ordinal),
            Strike = _ => Task.FromResult(held.TrySetResult()),
        });

        var following = projector.FollowAsync(page);
        await held.Task.WaitAsync(Eventually.Timeout);
        clock.Advance(TimeSpan.FromSeconds(1));
        await following.WaitAsync(Eventually.Timeout);

        Assert.Equal(1, deployment.Azure.ServiceBus.Find(FanOutMessage.Queue)!.Count().Active);
    }

    private static bool IsHead(string page) => page.Contains("\"type\":\"head\"", StringComparison.Ordinal);

    private static async Task StoreAsync(AppProcess process, ConversationId conversation, JsonObject document)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(document.ToJsonString()));
        using var response = await process.Containers.Conversations.CreateItemStreamAsync(body, new PartitionKey(conversation.Value));
        response.EnsureSuccessStatusCode();
    }
}
