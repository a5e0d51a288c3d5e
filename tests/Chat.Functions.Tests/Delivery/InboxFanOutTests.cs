using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>A larger conversation's lists follow by one message a window, whichever instances ask for it.</summary>
public class InboxFanOutTests
{
    private static readonly DeliveryOptions Options = new();
    private static readonly string[] Names = [.. Enumerable.Range(0, 150).Select(n => $"member-with-a-longer-name-{n:000}")];

    [Fact]
    public async Task Asks_by_one_message_that_nobody_can_have_handled_although_clocks_are_a_second_apart()
    {
        await using var deployment = await Deployment.StartAsync();
        var dice = new Random(1);
        await using var client = deployment.Azure.ServiceBus.Connect();
        for (var turn = 0; turn < 50; turn++)
        {
            var now = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1) + TimeSpan.FromSeconds(dice.NextDouble() * 10);
            var head = Head(ConversationId.New(), 7);
            foreach (var apart in new[] { dice.NextDouble(), -dice.NextDouble(), 0 })
            {
                await Advance(
                    deployment,
                    client,
                    new SetClock { Now = now + TimeSpan.FromSeconds(apart) }).ScheduleAsync(head, CancellationToken.None);
            }

            var asked = (await client.CreateReceiver(FanOutMessage.Queue).PeekMessagesAsync(1_000))
                .Where(message => message.MessageId.StartsWith(head.ConversationId.Value, StringComparison.Ordinal))
                .ToList();
            Assert.InRange(asked.Count, 1, 3);
            Assert.All(asked, message => Assert.InRange(
                message.ScheduledEnqueueTime - now,
                Options.InboxWindow / 2 - TimeSpan.FromSeconds(1),
                1.5 * Options.InboxWindow + TimeSpan.FromSeconds(1)));
            Assert.All(asked, message => Assert.Equal(0, message.ScheduledEnqueueTime.UtcTicks % Options.InboxWindow.Ticks));
        }
    }

    [Fact]
    public async Task Moves_everybody_to_what_the_dropped_messages_of_the_window_asked_for_although_replicas_lag()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var client = deployment.Azure.ServiceBus.Connect();
        var conversation = await process.CreateGroupAsync(Names[..80]);
        await process.Log.AppendAsync(
            conversation,
            new AddMembersCommand
            {
                Actor = new UserId(Names[0]),
                Conversation = conversation,
                Users = [.. Names[80..].Select(name => new UserId(name))],
                SeenMembers = null,
                Limits = new Limits(),
            },
            null,
            CancellationToken.None);
        var told = (await process.SendAsync(conversation, Names[0], "told")).Head!;
        await process.SendAsync(conversation, Names[1], "dropped");
        deployment.Azure.Cosmos.LagReads("chat", "conversations", 200);

        var other = deployment.StartProcess();
        var advance = Advance(deployment, client, TimeProvider.System, other);
        List<FanOutMessage> messages = [new AdvanceInboxes { ConversationId = conversation, ListSeq = told.ListSeq, WindowEnd = 1 }];
        var receiver = client.CreateReceiver(
            FanOutMessage.Queue,
            new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        for (var n = 0; messages.Count > 0; n++)
        {
            Assert.InRange(n, 0, 3);
            var moved = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            using (deployment.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Delay)
            {
                Target = target => target.StartsWith("users/", StringComparison.Ordinal),
                Strike = target => Task.FromResult(moved.TryAdd(target, true)),
            }))
            {
                await advance.AdvanceAsync((AdvanceInboxes)messages[0], CancellationToken.None);
            }

            Assert.InRange(moved.Count, 1, 64);
            messages = deployment.Azure.ServiceBus.Find(FanOutMessage.Queue)!.Count().Active == 0
                ? []
                : [.. (await receiver.ReceiveMessagesAsync(10))
                    .Select(message => JsonSerializer.Deserialize(message.Body, ChatJson.Default.FanOutMessage)!)];
        }

        var inbox = new InboxProjection(process.Containers, new ConversationReader(process.Containers), TimeProvider.System);
        foreach (var name in Names)
        {
            Assert.Equal(
                (name, "dropped"),
                (name, (await inbox.ReadAsync(new UserId(name), conversation, CancellationToken.None))?.LastMessage?.Preview));
        }
    }

    private static InboxFanOut Advance(Deployment deployment, ServiceBusClient client, TimeProvider time, AppProcess? process = null)
    {
        var containers = (process ?? deployment.StartProcess()).Containers;
        var reader = new ConversationReader(containers);
        return new(
            new CommittedReader(reader, containers),
            reader,
            new MemberListCache(reader, time),
            new InboxProjection(containers, reader, TimeProvider.System),
            new DeliveryQueue(client),
            Options,
            time,
            NullLogger<InboxFanOut>.Instance);
    }

    private static Head Head(ConversationId conversation, long seq) => new()
    {
        ConversationId = conversation,
        Kind = ConversationKind.Group,
        CreatedBy = new UserId("alice"),
        CreatedAt = DateTimeOffset.UnixEpoch,
        LastSeq = seq,
    };
}
