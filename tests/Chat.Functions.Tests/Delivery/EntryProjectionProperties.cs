using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Xunit;
using static Chat.Functions.Tests.Delivery.Commands;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>Inboxes say what the log says, however the change feed is cut, repeated, reordered and shared between owners.</summary>
public class EntryProjectionProperties
{
    private static readonly string[] People = ["ann", "ben", "cat", "dan"];
    private static readonly string[] Silent = [.. Enumerable.Range(0, 40).Select(n => $"silent-{n}")];
    private static readonly Limits Limits = new();

    [Fact]
    public Task Says_what_the_log_says_wherever_pages_are_cut_and_however_often_they_come() =>
        StorySeeds.TryAsync(12, seed => RunAsync(seed, lag: 0));

    [Fact]
    public Task Says_what_the_log_says_although_replicas_are_behind_the_pages() => StorySeeds.TryAsync(6, seed => RunAsync(seed, lag: 60));

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
            deployment.Azure.Faults.Add(new Fault("cosmos", "patch", trouble)
            {
                Probability = 0.03,
                Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            });
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
        await one.CheckAsync(await StoredLog.ReadAsync(process.Containers.Conversations, conversation));
    }

    private static async Task ActAsync(AppProcess process, ConversationId conversation, Random dice, int step)
    {
        var (actor, target) = (dice.GetItems(People, 1)[0], dice.GetItems(People, 1)[0]);
        var message = (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Messages is [.., var last] ? last : null;
        LogCommand command = dice.Next(9) switch
        {
            0 => Addition(conversation, target),
            1 when target != "ann" => Removal(conversation, target),
            2 when actor != "ann" => new LeaveConversationCommand { Actor = new UserId(actor), Conversation = conversation },
            3 => new UpdateConversationCommand
            {
                Actor = new UserId("ann"),
                Conversation = conversation,
                Change = new UpdateConversationRequest { Title = new(true, $"Title {step}") },
            },
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
}
