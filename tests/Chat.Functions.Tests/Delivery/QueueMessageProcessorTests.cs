using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

/// <summary>Who settles a message: the trigger what succeeded, the function what failed.</summary>
public class QueueMessageProcessorTests
{
    private static readonly string Due = JsonSerializer.Serialize(
        new ScheduledDue(ConversationId.New(), new UserId("ann"), new MessageId("m"), DateTimeOffset.UnixEpoch),
        ChatJson.Default.ScheduledDue);

    private readonly List<string> _done = [];

    [Fact]
    public async Task A_success_is_left_to_the_trigger()
    {
        await RunAsync(Due, () => { });
        Assert.Equal([], _done);
    }

    [Fact]
    public async Task A_failure_is_copied_before_it_is_completed()
    {
        await RunAsync(Due, () => throw new TimeoutException());
        Assert.Equal(["copy", "complete"], _done);
    }

    [Theory]
    [InlineData("no JSON", "Malformed")]
    [InlineData("null", "Malformed")]
    public async Task What_can_never_succeed_is_dead_lettered(string body, string reason)
    {
        await RunAsync(body, () => { });
        Assert.Equal([reason], _done);
    }

    private async Task RunAsync(string body, Action work)
    {
        var message = ServiceBusModelFactory.ServiceBusReceivedMessage(
            BinaryData.FromString(body),
            "id",
            enqueuedTime: TimeProvider.System.GetUtcNow(),
            timeToLive: TimeSpan.FromDays(14));
        var queueWork = new QueueMessageProcessor(new Client(_done), TimeProvider.System, NullLogger<QueueMessageProcessor>.Instance);
        await queueWork.RunAsync(
            ScheduledDue.Queue,
            message,
            new Actions(_done),
            ChatJson.Default.ScheduledDue,
            (_, _) =>
            {
                work();
                return Task.CompletedTask;
            },
            CancellationToken.None);
    }

    private sealed class Actions(List<string> done) : ServiceBusMessageActions
    {
        public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
        {
            done.Add("complete");
            return Task.CompletedTask;
        }

        public override Task DeadLetterMessageAsync(
            ServiceBusReceivedMessage message,
            Dictionary<string, object>? propertiesToModify = null,
            string? deadLetterReason = null,
            string? deadLetterErrorDescription = null,
            CancellationToken cancellationToken = default)
        {
            done.Add(deadLetterReason!);
            return Task.CompletedTask;
        }
    }

    private sealed class Client(List<string> done) : ServiceBusClient
    {
        public override ServiceBusSender CreateSender(string queueOrTopicName) => new Sender(done);
    }

    private sealed class Sender(List<string> done) : ServiceBusSender
    {
        public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
        {
            done.Add("copy");
            return Task.CompletedTask;
        }
    }
}
