using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What Azure.Messaging.ServiceBus 7.21 does about traces while nobody has asked for its own spans.</summary>
public sealed class TraceTests
{
    [Theory]
    [EveryDoor]
    public async Task A_message_tells_in_which_span_it_was_sent(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        using var span = new Activity("caller").Start();

        await bus.Sender.SendMessageAsync(TestBus.Message("alone"));
        await bus.Sender.SendMessagesAsync([TestBus.Message("with others")]);
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("for later"), bus.Clock.GetUtcNow());
        using var batch = await bus.Sender.CreateMessageBatchAsync();
        Assert.True(batch.TryAddMessage(TestBus.Message("in a batch")));
        await bus.Sender.SendMessagesAsync(batch);

        foreach (var id in (string[])["alone", "with others", "for later", "in a batch"])
        {
            var got = await bus.ReceiveOneAsync();
            Assert.Equal(
                (id, span.Id),
                (got.MessageId, (string)Assert.Single(got.ApplicationProperties, property => property.Key == "Diagnostic-Id").Value));
            Assert.DoesNotContain("traceparent", got.ApplicationProperties.Keys);
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Outside_of_any_span_it_tells_nothing(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        Activity.Current = null;
        await bus.SendAsync("a");
        Assert.Empty((await bus.ReceiveOneAsync()).ApplicationProperties);
    }

    [Theory]
    [EveryDoor("Diagnostic-Id")]
    [EveryDoor("traceparent")]
    public async Task What_the_sender_has_noted_stays(string property, Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        using var span = new Activity("caller").Start();
        var message = TestBus.Message("a");
        message.ApplicationProperties[property] = "noted";

        await bus.Sender.SendMessageAsync(message);

        Assert.Equal([new(property, "noted")], (await bus.ReceiveOneAsync()).ApplicationProperties);
    }

    [Theory]
    [EveryDoor]
    public async Task A_copy_to_send_again_forgets_what_the_SDK_noted(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        var message = TestBus.Message("a");
        foreach (var property in (string[])["Diagnostic-Id", "traceparent", "tracestate", "own"])
        {
            message.ApplicationProperties[property] = "noted";
        }

        await bus.Sender.SendMessageAsync(message);

        Assert.Equal(["traceparent", "tracestate", "own"], new ServiceBusMessage(await bus.ReceiveOneAsync()).ApplicationProperties.Keys);
    }
}
