using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// While many write in a large group, everybody's list moves once in a while; and in the end it says what was written, whatever breaks.
/// </summary>
public class When_a_group_is_busy
{
    private const int Messages = 40;
    private static readonly string[] Names = [.. Enumerable.Range(0, 70).Select(n => $"member{n:00}")];
    private static readonly string[] Writers = Names[..4];

    private static readonly Dictionary<string, string?> LongWindow = new(StringComparer.Ordinal) { ["Delivery:InboxWindow"] = "00:01:00" };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Should_move_lists_once_in_a_while_and_those_of_who_writes_at_once(int instances)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var others = new List<ChatApp>();
        for (var n = 1; n < instances; n++)
        {
            others.Add(await ChatApp.StartAsync(app.Azure, LongWindow));
        }

        var conversation = await CreateAsync(app, clock);
        var writes = 0;
        app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Delay)
        {
            Target = target => target.StartsWith("users/", StringComparison.Ordinal),
            Strike = _ =>
            {
                Interlocked.Increment(ref writes);
                return Task.CompletedTask;
            },
        });

        var last = await WriteAsync(app, conversation);
        await AreIdleAsync(app);
        clock.Jump(TimeSpan.FromSeconds(20));
        foreach (var writer in Writers)
        {
            var own = (await app.As(writer).HistoryAsync(conversation)).Last(message => message.SenderId == writer);
            await Eventually.SeesAsync(
                () => app.As(writer).SummaryAsync(conversation),
                seen => seen?.LastSeq >= own.Seq && seen.UnreadCount < Messages);
        }

        await AreIdleAsync(app);
        clock.Jump(TimeSpan.FromMinutes(2));
        await AllSeeAsync(app, clock, conversation, last);
        await AreIdleAsync(app);

        // All at the end of a window, of which there may be two; and the writers' own with every page, a second patch where another was
        // first.
        Assert.InRange(writes, Names.Length, (2 * Names.Length) + (3 * Messages));
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("the message that ends it isn't sent", "servicebus", "send", "fanout/")]
    [InlineData("the message that ends it isn't worked on", "servicebus", "complete", "fanout/")]
    public async Task Should_say_in_the_end_what_was_written_although_an_instance_dies(
        string step,
        string service,
        string operation,
        string target)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = await CreateAsync(app, clock);
        await app.As(Names[0]).SendAsync(conversation, "The first moves every list.");
        await Eventually.SeesAsync(clock, () => app.As(Names[^1]).SummaryAsync(conversation), seen => seen?.UnreadCount == 1);
        await AreIdleAsync(app);

        var died = new TaskCompletionSource();
        using (app.Azure.Faults.Add(new Fault(service, operation, FaultKind.ResetBefore)
        {
            Target = one => one.Contains(target, StringComparison.Ordinal),
            Times = 1,
            Strike = async _ =>
            {
                await app.KillAsync();
                died.TrySetResult();
            },
        }))
        {
            // The process may die before its answer is out; what it delivers is stored.
            var cutOff = await Record.ExceptionAsync(() => app.As(Names[0]).TrySendAsync(conversation, "The second waits.", "1d-2"));
            Assert.True(cutOff is null or HttpRequestException, $"{cutOff}");
            await Eventually.HoldsAsync(
                () =>
                {
                    clock.Jump(TimeSpan.FromSeconds(10));
                    return died.Task.IsCompleted;
                },
                dead => dead,
                $"the process to die: {step}");
        }

        await using var survivor = await ChatApp.StartAsync(app.Azure, LongWindow);
        clock.Jump(TimeSpan.FromMinutes(5));
        var second = (await survivor.As(Names[0]).HistoryAsync(conversation))[^1];
        Assert.Equal("The second waits.", second.Text);
        await AllSeeAsync(survivor, clock, conversation, second);
    }

    [Fact]
    public async Task Should_say_in_the_end_what_was_written_although_something_else_changed_before()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, settings: LongWindow);
        var conversation = await CreateAsync(app, clock);
        await app.As(Names[0]).SendAsync(conversation, "The first moves every list.");
        await Eventually.SeesAsync(clock, () => app.As(Names[^1]).SummaryAsync(conversation), seen => seen?.UnreadCount == 1);
        await AreIdleAsync(app);
        var second = await app.As(Names[0]).SendAsync(conversation, "The second waits.");
        await AreIdleAsync(app);
        clock.Jump(TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find("fanout")!.Count().Scheduled, windows => windows == 1);

        await app.As(Names[0]).AskAsync("PATCH", $"/api/conversations/{conversation}", new { title = "Busier" });
        await Eventually.SeesAsync(() => app.As(Names[^1]).SummaryAsync(conversation), seen => seen?.Title == "Busier");
        await AreIdleAsync(app);
        clock.Jump(TimeSpan.FromMinutes(2));

        await Eventually.SeesAsync(() => app.As(Names[^1]).SummaryAsync(conversation), seen => seen?.LastMessage?.Preview == second.Text);
    }

    private static async Task<string> CreateAsync(ChatApp app, JumpingClock clock)
    {
        var conversation = (await app.As(Names[0]).CreateGroupAsync("Busy", Names[1..])).ConversationId;
        foreach (var name in Names)
        {
            await Eventually.SeesAsync(clock, () => app.As(name).SummaryAsync(conversation), seen => seen is not null);
        }

        await AreIdleAsync(app);
        clock.Jump(TimeSpan.FromMinutes(2));
        return conversation;
    }

    private static async Task<MessageJson> WriteAsync(ChatApp app, string conversation)
    {
        MessageJson? last = null;
        for (var n = 0; n < Messages; n++)
        {
            last = await app.As(Writers[n % Writers.Length]).SendAsync(conversation, $"message {n}");
        }

        return last!;
    }

    private static async Task AllSeeAsync(ChatApp app, JumpingClock clock, string conversation, MessageJson last)
    {
        foreach (var name in Names)
        {
            var seen = await Eventually.SeesAsync(
                clock,
                () => app.As(name).SummaryAsync(conversation),
                seen => seen?.LastSeq == last.Seq && seen.LastMessage?.Preview == last.Text,
                $"{name}'s list to end with {last}");
            var read = (await app.As(name).HistoryAsync(conversation)).LastOrDefault(message => message.SenderId == name)?.Ordinal ?? 0;
            Assert.Equal(last.Ordinal - read, seen!.UnreadCount);
        }

        await app.HasDeliveredAsync(clock);
    }

    private static Task<int> AreIdleAsync(ChatApp app) =>
        Eventually.HoldsAsync(
            () => app.Azure.ServiceBus.Queues.Sum(queue => queue.Count().Active + queue.Count().InFlight),
            busy => busy == 0);
}
