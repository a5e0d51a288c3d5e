using Xunit;

namespace Chat.Local.Tests.ServiceBus;

public sealed class DuplicateDetectionTests
{
    private const string Properties = "\"RequiresDuplicateDetection\": true, \"DuplicateDetectionHistoryTimeWindow\": \"PT5M\"";

    [Theory]
    [EveryDoor]
    public async Task A_second_message_with_the_same_id_is_accepted_and_dropped(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, Properties);
        await bus.SendAsync("a", "a");
        await bus.SendAsync("a");
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor("complete")]
    [EveryDoor("deadletter")]
    [EveryDoor("expire")]
    [EveryDoor("cancel")]
    public async Task An_id_is_remembered_for_the_window_whatever_became_of_the_message(string end, Door door)
    {
        await using var bus = await TestBus.StartAsync(door, Properties);
        var message = TestBus.Message("a");
        message.TimeToLive = TimeSpan.FromMinutes(1);
        if (end == "cancel")
        {
            await bus.Sender.CancelScheduledMessageAsync(await bus.Sender.ScheduleMessageAsync(message, bus.Clock.GetUtcNow().AddHours(1)));
        }
        else
        {
            await bus.Sender.SendMessageAsync(message);
        }

        if (end == "complete")
        {
            await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        }
        else if (end == "deadletter")
        {
            await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync());
        }

        bus.Clock.Advance(TimeSpan.FromMinutes(4));
        await bus.SendAsync("a");
        Assert.Null(await bus.ReceiveAsync());
        bus.Clock.Advance(TimeSpan.FromMinutes(1));
        await bus.SendAsync("a");
        Assert.Equal(["a"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task The_window_starts_at_the_first_send_and_repeats_do_not_extend_it(Door door)
    {
        await using var bus = await TestBus.StartAsync(door, Properties);
        await bus.SendAsync("a");
        bus.Clock.Advance(TimeSpan.FromMinutes(3));
        await bus.SendAsync("a");
        bus.Clock.Advance(TimeSpan.FromMinutes(2));
        await bus.SendAsync("a");
        Assert.Equal(["a", "a"], await bus.ReceiveIdsAsync());
    }

    [Theory]
    [EveryDoor]
    public async Task Without_detection_every_copy_is_kept(Door door)
    {
        await using var bus = await TestBus.StartAsync(door);
        await bus.SendAsync("a", "a");
        Assert.Equal(["a", "a"], await bus.ReceiveIdsAsync());
    }
}
