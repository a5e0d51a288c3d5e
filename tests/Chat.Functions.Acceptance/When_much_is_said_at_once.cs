using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Local;
using Chat.Local.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Two people write to each other faster than lists need to follow: every message is pushed, and the lists move now and then.</summary>
public class When_much_is_said_at_once
{
    private const int Messages = 30;

    /// <summary>Lists move every 20 s; by its own, the sweep comes only when time jumps.</summary>
    private static readonly Dictionary<string, string?> LongWindow = new(StringComparer.Ordinal)
    {
        ["Delivery:InboxWindow"] = "00:01:00",
        ["Delivery:SweepGrace"] = "00:05:00",
    };

    [Fact]
    public async Task Should_write_the_lists_at_once_and_then_once_for_all_that_follows()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await using var phone = await app.As("bob").ListenAsync();
        var writes = 0;
        using var count = app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Delay)
        {
            Target = target => target.StartsWith("users/", StringComparison.Ordinal) || target.EndsWith("/d", StringComparison.Ordinal),
            Strike = _ =>
            {
                Interlocked.Increment(ref writes);
                return Task.CompletedTask;
            },
        });

        var first = await app.As("alice").SendAsync(conversation, "first");
        await SeesAsync(app, "bob", first, 1);
        var last = await WriteAsync(app, conversation);
        await phone.ReceivesAsync(conversation, last.Text);
        await AreIdleAsync(app);
        await SeesAsync(app, "bob", first, 1);
        clock.Jump(TimeSpan.FromSeconds(20));

        await SeesAsync(app, "alice", last, 1);
        await SeesAsync(app, "bob", last, 0);
        await IsDeliveredAsync(app, clock, conversation, last);

        // Both lists and the mark for the first, and for all others.
        Assert.InRange(writes, 4, 2 * 3);
    }

    [Fact]
    public async Task Should_say_in_the_end_what_was_written_although_an_instance_dies_with_what_it_held()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await using (var phone = await app.As("bob").ListenAsync())
        {
            await SeesAsync(app, "bob", await app.As("alice").SendAsync(conversation, "first"), 1);
            await phone.ReceivesAsync(conversation, (await WriteAsync(app, conversation)).Text);
            await app.KillAsync();
        }

        await using var survivor = await ChatApp.StartAsync(app.Azure, LongWindow);
        var last = (await survivor.As("bob").HistoryAsync(conversation))[^1];
        clock.Jump(TimeSpan.FromMinutes(6));

        await SeesAsync(survivor, "alice", last, 1, clock);
        await SeesAsync(survivor, "bob", last, 0, clock);
        await IsDeliveredAsync(survivor, clock, conversation, last);
    }

    [Fact]
    public async Task Should_write_what_was_held_when_it_is_told_to_stop()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await using var phone = await app.As("bob").ListenAsync();
        await SeesAsync(app, "bob", await app.As("alice").SendAsync(conversation, "first"), 1);
        var last = await WriteAsync(app, conversation);
        await phone.ReceivesAsync(conversation, last.Text);
        await app.StopAsync();

        await using var next = await ChatApp.StartAsync(app.Azure, LongWindow);
        await SeesAsync(next, "alice", last, 1);
        await SeesAsync(next, "bob", last, 0);
    }

    [Fact]
    public async Task Should_try_again_by_the_queue_when_what_was_held_can_not_be_written()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await using var phone = await app.As("bob").ListenAsync();
        await SeesAsync(app, "bob", await app.As("alice").SendAsync(conversation, "first"), 1);
        var last = await WriteAsync(app, conversation);
        await phone.ReceivesAsync(conversation, last.Text);
        await AreIdleAsync(app);
        var refused = new TaskCompletionSource();
        app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 400,
            Times = 2,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            Strike = _ =>
            {
                refused.TrySetResult();
                return Task.CompletedTask;
            },
        });
        clock.Jump(TimeSpan.FromSeconds(20));
        await refused.Task.WaitAsync(Eventually.Timeout);

        // The sweep's look is minutes away.
        await SeesAsync(app, "alice", last, 1);
        await SeesAsync(app, "bob", last, 0);
    }

    [Fact]
    public async Task Should_deliver_by_a_look_that_was_scheduled_before_what_went_missing()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        using var lost = app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.ResetBefore)
        {
            Target = target => target.Contains(conversation, StringComparison.Ordinal) && !target.Contains(":s", StringComparison.Ordinal),
        });
        await app.As("alice").SendAsync(conversation, "Its hand-over is lost.");
        var deliveries = app.Azure.ServiceBus.Find("deliveries")!;
        await Eventually.HoldsAsync(() => deliveries.Count().Scheduled, scheduled => scheduled > 0);

        // The same look will be at this one.
        var last = await app.As("bob").SendAsync(conversation, "And so is that of the answer.");
        clock.Jump(TimeSpan.FromMinutes(6.25));

        await SeesAsync(app, "alice", last, 1);
        await SeesAsync(app, "bob", last, 0);
        await IsDeliveredAsync(app, clock, conversation, last);
    }

    private static async Task<MessageJson> WriteAsync(ChatApp app, string conversation)
    {
        MessageJson? last = null;
        for (var n = 0; n < Messages; n++)
        {
            last = await app.As(n % 2 == 0 ? "alice" : "bob").SendAsync(conversation, $"message {n}");
        }

        return last!;
    }

    private static Task<QueueCounts> AreIdleAsync(ChatApp app) =>
        Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find("deliveries")!.Count(), count => count.Active + count.InFlight == 0, "all messages to be worked on");

    private static async Task SeesAsync(ChatApp app, string name, MessageJson last, long unread, JumpingClock? clock = null)
    {
        Task<SummaryJson?> LookAsync() => app.As(name).SummaryAsync(last.ConversationId);
        bool IsRight(SummaryJson? seen) => seen?.LastSeq == last.Seq && seen.UnreadCount == unread;
        var expected = $"{name}'s list to end with {last.Text}, {unread} unread";
        await (clock is null ? Eventually.SeesAsync(LookAsync, IsRight, expected) : Eventually.SeesAsync(clock, LookAsync, IsRight, expected));
    }

    private static async Task IsDeliveredAsync(ChatApp app, JumpingClock clock, string conversation, MessageJson last)
    {
        Assert.True(ConversationId.TryParse(conversation, out var id));
        var marks = app.Services.GetRequiredService<DeliveredMarks>();
        await Eventually.SeesAsync(clock, () => marks.ReadAsync(id, CancellationToken.None), mark => mark.DeliveredSeq == last.Seq, "all to be delivered");
    }
}
