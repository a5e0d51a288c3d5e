using System.Text;
using System.Text.Json.Nodes;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>Inboxes say what the log says, however the change feed is cut, repeated, reordered and shared between owners.</summary>
public class EntryProjectionTests
{
    private static readonly string[] People = ["ann", "ben", "cat", "dan"];
    private static readonly string[] Silent = [.. Enumerable.Range(0, 40).Select(n => $"silent-{n}")];
    private static readonly Limits Limits = new();

    [Fact]
    public Task Says_what_the_log_says_wherever_pages_are_cut_and_however_often_they_come() => StorySeeds.TryAsync(12, seed => RunAsync(seed, lag: 0));

    [Fact]
    public Task Says_what_the_log_says_although_replicas_are_behind_the_pages() => StorySeeds.TryAsync(6, seed => RunAsync(seed, lag: 60));

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

        await using var later = new Projector(deployment, new SetClock { Now = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(61) });
        await later.KeepFollowingAsync(pages[0]);
        Assert.Equal(0, deployment.Azure.ServiceBus.Find(EntriesCommitted.Queue)!.Count().Active);

        await using var projector = new Projector(deployment, TimeProvider.System);
        await projector.KeepFollowingAsync(pages[0]);
        await projector.KeepFollowingAsync(pages[0]);
        var queued = await deployment.Azure.ServiceBus.Connect().CreateReceiver(EntriesCommitted.Queue).PeekMessagesAsync(10);
        Assert.Equal([$"{conversation}:1-1", $"{conversation}:3-3", $"{conversation}:4-4"], queued.Select(message => message.MessageId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Goes_on_beside_a_document_that_it_can_not_read_and_gives_that_up_by_its_reason()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, TimeProvider.System);
        var (sound, broken) = (await process.CreateGroupAsync(People), await process.CreateGroupAsync(People));
        await process.SendAsync(sound, "ann", "Hello");
        await process.SendAsync(broken, "ann", "Hello");
        await StoreAsync(process, broken, new JsonObject { ["type"] = "message", ["id"] = "m:broken", ["conversationId"] = broken.Value, ["seq"] = "three" });
        await StoreAsync(process, broken, new JsonObject { ["type"] = "of-tomorrow", ["id"] = "x", ["conversationId"] = broken.Value });

        foreach (var page in await Projector.PagesAsync(deployment.Azure, int.MaxValue))
        {
            await projector.FollowAsync(page);
        }

        foreach (var conversation in new[] { sound, broken })
        {
            Assert.Equal("Hello", (await projector.Inbox.ReadAsync(new UserId("dan"), conversation, CancellationToken.None))?.LastMessage?.Preview);
        }

        Assert.Equal(["Unreadable"], (await projector.FanOutAsync(deployment.Azure)).Select(given => given.Reason));
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
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay) { Delay = TimeSpan.FromSeconds(20), Target = target => target.StartsWith("users/dan", StringComparison.Ordinal) }))
        {
            using (deployment.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail) { Target = target => target.StartsWith("fanout/", StringComparison.Ordinal) }))
            {
                await Assert.ThrowsAnyAsync<Exception>(() => projector.FollowAsync(page));
            }

            await projector.FollowAsync(page);
        }

        await projector.FanOutAsync(deployment.Azure);
        Assert.Equal("Hello", (await projector.Inbox.ReadAsync(new UserId("dan"), conversation, CancellationToken.None))?.LastMessage?.Preview);
    }

    private static async Task RunAsync(int seed, int lag)
    {
        await using var deployment = await Deployment.StartAsync(seed: seed);
        var (process, dice) = (deployment.StartProcess(), new Random(seed));
        await using var one = new Projector(deployment, TimeProvider.System);
        await using var other = new Projector(deployment, TimeProvider.System);
        Projector[] owners = [one, other];
        if (lag > 0)
        {
            deployment.Azure.Cosmos.LagReads("chat", "conversations", lag);
        }

        var conversation = await process.CreateGroupAsync(dice.Next(2) == 0 ? People : [.. People, .. Silent]);
        List<string> seen = [];
        foreach (var trouble in (FaultKind[])[FaultKind.TimeoutAfter, FaultKind.Throttle, FaultKind.Fail])
        {
            deployment.Azure.Faults.Add(new Fault("cosmos", "patch", trouble) { Probability = 0.03, Target = target => target.StartsWith("users/", StringComparison.Ordinal) });
        }

        for (var step = 0; step < 25; step++)
        {
            // Some pages are projected while the log goes on, others late.
            var pages = await Projector.PagesAsync(deployment.Azure, 1 + dice.Next(6));
            seen.AddRange(dice.GetItems(pages.ToArray(), 2));
            var following = dice.Next(3) == 0 ? owners[dice.Next(2)].KeepFollowingAsync(pages[dice.Next(pages.Count)]) : Task.CompletedTask;
            await ActAsync(process, conversation, dice, step);
            await following;
            if (dice.Next(5) == 0)
            {
                await one.FanOutAsync(deployment.Azure);
            }
        }

        var last = (await Projector.PagesAsync(deployment.Azure, 1 + dice.Next(6))).Concat(seen).ToArray();
        dice.Shuffle(last);
        foreach (var page in last)
        {
            await owners[dice.Next(2)].KeepFollowingAsync(page);
        }

        deployment.Azure.Faults.Clear();
        Assert.Empty(await other.FanOutAsync(deployment.Azure));
        await CheckAsync(one, await StoredLog.ReadAsync(process.Containers.Conversations, conversation));
    }

    private static async Task ActAsync(AppProcess process, ConversationId conversation, Random dice, int step)
    {
        var (actor, target) = (dice.GetItems(People, 1)[0], dice.GetItems(People, 1)[0]);
        var message = (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Messages is [.., var last] ? last : null;
        LogCommand command = dice.Next(9) switch
        {
            0 => new AddMembersCommand { Actor = new UserId("ann"), Conversation = conversation, Users = [new UserId(target)], Limits = Limits },
            1 when target != "ann" => new RemoveMemberCommand { Actor = new UserId("ann"), Conversation = conversation, UserId = new UserId(target) },
            2 when actor != "ann" => new LeaveConversationCommand { Actor = new UserId(actor), Conversation = conversation },
            3 => new UpdateConversationCommand { Actor = new UserId("ann"), Conversation = conversation, Change = new UpdateConversationRequest { Title = new(true, $"Title {step}") } },
            4 when message is not null => Reaction(conversation, message, actor),
            5 when message is not null => new EditMessageCommand
            {
                Actor = message.SenderId,
                Conversation = conversation,
                MessageId = message.MessageId,
                Text = $"Edited {step}",
                Mentions = [new Mention(new UserId(target), 0, 3)],
                Limits = Limits,
            },
            var other => new SendMessageCommand(conversation, new UserId(actor), $"id-{step}", new MessageContent
            {
                Text = $"Message {step}",
                Mentions = other == 6 ? [new Mention(new UserId(target), 0, 3)] : null,
                MentionsAll = other == 7 && actor == "ann",
            }, Limits),
        };
        await process.Log.AppendAsync(conversation, command, null, CancellationToken.None);
    }

    /// <summary>Every inbox says what a reader of the whole log would.</summary>
    private static async Task CheckAsync(Projector projector, StoredLog log)
    {
        foreach (var member in log.Members)
        {
            var user = member.UserId;
            var entry = (await projector.Inbox.ReadAsync(user, log.Head.ConversationId, CancellationToken.None))!;
            if (member.State != MemberState.Active)
            {
                var left = log.Entries.OfType<LogEvent>().Last(one => one.EventType is LogEvent.MemberLeft or LogEvent.MemberRemoved && one.Data.GetProperty("userId").GetString() == user.Value);
                Assert.Equal((user, true, left.Seq), (user, entry.IsLeft, entry.LastSeq));
                continue;
            }

            Assert.Equal(
                (user, log.Head.ListSeq, log.Head.MessageCount, log.Head.LastMessage, log.Head.Title, member.JoinedSeq, member.JoinedOrdinal),
                (user, entry.LastSeq, entry.LastOrdinal, entry.LastMessage, entry.Title, entry.JoinedSeq!.Value, entry.JoinedOrdinal));
            Assert.Equal(
                (user, log.Messages.LastOrDefault(message => message.SenderId == user)?.Ordinal ?? 0, log.Messages.LastOrDefault(message => message.MentionsAll)?.Ordinal ?? 0),
                (user, entry.ReadOrdinal, entry.Last.MentionAllOrdinal));
            Assert.Equal((user, log.Messages.LastOrDefault(message => message.MentionedWhenSent.Contains(user))?.Ordinal ?? 0), (user, entry.MentionedOrdinal));
        }
    }

    private static ChangeReactionCommand Reaction(ConversationId conversation, Message message, string actor) => new()
    {
        Actor = new UserId(actor),
        Conversation = conversation,
        MessageId = message.MessageId,
        Key = new ReactionKey(":ok:"),
        IsWanted = true,
        Limits = Limits,
    };

    private static async Task StoreAsync(AppProcess process, ConversationId conversation, JsonObject document)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(document.ToJsonString()));
        using var response = await process.Containers.Conversations.CreateItemStreamAsync(body, new PartitionKey(conversation.Value));
        response.EnsureSuccessStatusCode();
    }
}
