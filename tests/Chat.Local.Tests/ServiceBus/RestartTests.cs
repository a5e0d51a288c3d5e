using Azure.Messaging.ServiceBus;
using Chat.Local.Tests.Store;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>What is there after the process was killed: the files are copied as they are and opened by another instance.</summary>
public sealed class RestartTests : IDisposable
{
    private const string Properties =
        "\"RequiresDuplicateDetection\": true, \"DuplicateDetectionHistoryTimeWindow\": \"PT5M\", \"MaxDeliveryCount\": 3";

    private readonly List<TemporaryDirectory> _directories = [new()];
    private readonly TestClock _clock = new();

    [Fact]
    public async Task Everything_accepted_and_not_completed_is_there_unlocked_at_its_place()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("completed", "locked", "abandoned", "waiting");
        await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        var locked = await bus.ReceiveOneAsync();
        await bus.Receiver.AbandonMessageAsync(await bus.ReceiveOneAsync(), new Dictionary<string, object> { ["tried"] = "yes" });

        await using var next = await KillAndStartAsync(bus);
        var first = await next.ReceiveOneAsync();
        Assert.Equal(("locked", locked.SequenceNumber, locked.EnqueuedTime, "body of locked"), (
            first.MessageId, first.SequenceNumber, first.EnqueuedTime, first.Body.ToString()));
        var second = await next.ReceiveOneAsync();
        Assert.Equal(("abandoned", 2, "yes"), (second.MessageId, second.DeliveryCount, second.ApplicationProperties["tried"]));
        Assert.Equal(["waiting"], await next.ReceiveIdsAsync());
        await SettlingTests.LockLost(() => next.Receiver.CompleteMessageAsync(locked));
    }

    [Fact]
    public async Task Scheduled_deferred_and_dead_lettered_messages_stay_what_they_are()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("dead", "deferred");
        await bus.Receiver.DeadLetterMessageAsync(await bus.ReceiveOneAsync(), "Why", "Because");
        var deferred = await bus.ReceiveOneAsync();
        await bus.Receiver.DeferMessageAsync(deferred);
        var numbers = await bus.Sender.ScheduleMessagesAsync(
            [TestBus.Message("later"), TestBus.Message("never")], _clock.GetUtcNow().AddMinutes(1));
        await bus.Sender.CancelScheduledMessageAsync(numbers[1]);

        await using var next = await KillAndStartAsync(bus);
        Assert.Null(await next.ReceiveAsync());
        var letter = await next.ReceiveOneAsync(next.DeadLetters);
        Assert.Equal(("dead", "Why", "Because"), (letter.MessageId, letter.DeadLetterReason, letter.DeadLetterErrorDescription));
        await next.Receiver.CompleteMessageAsync(await next.Receiver.ReceiveDeferredMessageAsync(deferred.SequenceNumber));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["later"], await next.ReceiveIdsAsync());
    }

    [Fact]
    public async Task What_came_due_while_nothing_ran_is_done_at_the_start()
    {
        await using var bus = await StartAsync();
        await bus.Sender.SendMessageAsync(new ServiceBusMessage { MessageId = "expired", TimeToLive = TimeSpan.FromMinutes(1) });
        await bus.Sender.ScheduleMessageAsync(TestBus.Message("scheduled"), _clock.GetUtcNow().AddMinutes(1));
        await bus.DisposeAsync();
        _clock.Advance(TimeSpan.FromMinutes(2));

        await using var next = await StartAsync();
        Assert.Equal(["scheduled"], await next.ReceiveIdsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ids_are_remembered_over_a_restart_until_their_window_ends(bool completed)
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("a");
        if (completed)
        {
            await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        }

        _clock.Advance(TimeSpan.FromMinutes(3));
        await using var second = await KillAndStartAsync(bus);
        await second.SendAsync("a");
        Assert.Equal(completed ? [] : ["a"], await second.ReceiveIdsAsync());
        _clock.Advance(TimeSpan.FromMinutes(2));
        await second.SendAsync("a");

        await using var third = await KillAndStartAsync(second);
        Assert.Equal(completed ? ["a"] : ["a", "a"], await third.ReceiveIdsAsync());
        await third.SendAsync("a");
        Assert.Empty(await third.ReceiveIdsAsync());
    }

    [Fact]
    public async Task Ids_whose_window_ended_leave_nothing_in_the_store()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("a", "b");
        await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        _clock.Advance(TimeSpan.FromMinutes(5));
        await bus.Receiver.CompleteMessageAsync(await bus.ReceiveOneAsync());
        await bus.DisposeAsync();

        await using var store = await Local.Store.LocalStore.OpenAsync(_directories[^1].Path, reset: false, TimeProvider.System);
        Assert.Empty(store.TakeLoaded("servicebus/orders"));
    }

    [Fact]
    public async Task Sequence_numbers_are_never_given_out_twice()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("a");
        var before = await bus.ReceiveOneAsync();
        await bus.Receiver.CompleteMessageAsync(before);

        await using var next = await KillAndStartAsync(bus);
        await next.SendAsync("b");
        var after = await next.ReceiveOneAsync();
        Assert.True(after.SequenceNumber > before.SequenceNumber, $"{after.SequenceNumber} should follow {before.SequenceNumber}");
    }

    [Fact]
    public async Task Deliveries_that_ended_count_over_a_restart()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("a");
        await bus.Receiver.AbandonMessageAsync(await bus.ReceiveOneAsync());
        await bus.ReceiveOneAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await bus.Receiver.PeekMessageAsync();

        await using var next = await KillAndStartAsync(bus);
        await next.Receiver.AbandonMessageAsync(await next.ReceiveOneAsync());
        Assert.Equal("MaxDeliveryCountExceeded", (await next.ReceiveOneAsync(next.DeadLetters)).DeadLetterReason);
    }

    [Fact]
    public async Task A_lock_that_runs_out_as_the_process_is_killed_leaves_its_message_there()
    {
        await using var bus = await StartAsync();
        await bus.SendAsync("a");
        await bus.ReceiveOneAsync();
        using (bus.Store.Pause())
        {
            // Nobody waits for what the queue writes now by itself.
            _clock.Advance(TimeSpan.FromMinutes(1));
            _directories.Add(_directories[0].Copy());
        }

        await using (var before = await StartAsync())
        {
            Assert.Equal(1, (await before.ReceiveOneAsync()).DeliveryCount);
        }

        await bus.Receiver.PeekMessageAsync();
        _directories.Add(_directories[0].CopyAsKilled(bus.Store));
        await using var after = await StartAsync();
        Assert.Equal(2, (await after.ReceiveOneAsync()).DeliveryCount);
    }

    public void Dispose() => _directories.ForEach(directory => directory.Dispose());

    private Task<TestBus> StartAsync() => TestBus.StartAsync(Properties, _directories[^1].Path, _clock);

    private Task<TestBus> KillAndStartAsync(TestBus killed)
    {
        _directories.Add(_directories[^1].CopyAsKilled(killed.Store));
        return StartAsync();
    }
}
