using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Two people write to each other faster than lists need to follow: every message is pushed, and the lists move once for all of a page.
/// </summary>
public class When_much_is_said_at_once
{
    private const int Messages = 30;

    [Fact]
    public async Task Should_write_the_lists_once_for_all_that_a_page_of_the_change_feed_shows()
    {
        await using var app = await ChatApp.StartAsync();
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await app.As("bob").ListenAsync();
        using var page = new Halt(app.Azure, "functions", "feed", _ => true);
        await app.As("alice").SendAsync(conversation, "first");
        await page.Reached;
        var writes = 0;
        using var count = app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Delay)
        {
            Target = target => target.StartsWith("users/", StringComparison.Ordinal)
                && target.Contains("/inbox:", StringComparison.Ordinal),
            Strike = _ => Task.FromResult(Interlocked.Increment(ref writes)),
        });
        var last = await WriteAsync(app, conversation);
        await phone.ReceivesAsync(conversation, last.Text);

        page.Open();

        await SeesAsync(app, "alice", last, 1);
        await SeesAsync(app, "bob", last, 0);
        await app.HasDeliveredAsync();

        // Both lists for the first message, and for all others, as far as a page goes.
        Assert.InRange(writes, 4, 6);
    }

    [Fact]
    public async Task Should_say_in_the_end_what_was_written_although_an_instance_dies_with_a_page()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        using var page = new Halt(app.Azure, "functions", "feed", _ => true);
        await using (var phone = await app.As("bob").ListenAsync())
        {
            await app.As("alice").SendAsync(conversation, "first");
            await page.Reached;
            await phone.ReceivesAsync(conversation, (await WriteAsync(app, conversation)).Text);
            await app.KillAsync();
        }

        await using var survivor = await ChatApp.StartAsync(app.Azure);
        var last = (await survivor.As("bob").HistoryAsync(conversation))[^1];

        await SeesAsync(survivor, "alice", last, 1, clock);
        await SeesAsync(survivor, "bob", last, 0, clock);
    }

    [Fact]
    public async Task Should_leave_to_the_queue_what_can_not_be_written()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        using var refusal = app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 400,
            Times = 2,
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
        });

        var last = await WriteAsync(app, conversation);

        await SeesAsync(app, "alice", last, 1, clock);
        await SeesAsync(app, "bob", last, 0, clock);
        await app.HasDeliveredAsync(clock);
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

    private static async Task SeesAsync(ChatApp app, string name, MessageJson last, long unread, JumpingClock? clock = null)
    {
        Task<SummaryJson?> LookAsync() => app.As(name).SummaryAsync(last.ConversationId);
        bool IsRight(SummaryJson? seen) => seen?.LastSeq == last.Seq && seen.UnreadCount == unread;
        var expected = $"{name}'s list to end with {last.Text}, {unread} unread";
        await (
            clock is null ? Eventually.SeesAsync(LookAsync, IsRight, expected) : Eventually.SeesAsync(clock, LookAsync, IsRight, expected));
    }
}
