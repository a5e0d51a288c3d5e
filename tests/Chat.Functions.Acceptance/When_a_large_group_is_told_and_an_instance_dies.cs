using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// From 33 members on, inboxes move forward in a chain of messages; a crash between any two of its steps costs delay and nothing else.
/// </summary>
public class When_a_large_group_is_told_and_an_instance_dies
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 100).Select(n => $"member{n:00}")];

    /// <summary>The steps, each with the operation that begins it: of whose targets, and how many of them go well.</summary>
    public static TheoryData<string, string, string, string, int> Steps => new()
    {
        { "the push", "signalr", "send-group", "", 0 },
        { "the first message of the chain", "servicebus", "send", "fanout/", 0 },
        { "the middle of its inboxes", "cosmos", "patch", "users/", 30 },
        { "the next message of the chain", "servicebus", "send", "fanout/", 1 },
        { "receiving it", "servicebus", "receive", "fanout/", 1 },
        { "completing the last message", "servicebus", "complete", "fanout/", 1 },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Should_reach_every_inbox_although_it_dies_at(string step, string service, string operation, string target, int skip)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var conversation = (await app.As(Names[0]).CreateGroupAsync("Crowd", Names[1..])).ConversationId;
        await app.HasDeliveredAsync(clock);

        // What the creation did is long past: the group is quiet.
        clock.Jump(TimeSpan.FromSeconds(10));
        var died = new TaskCompletionSource();
        using (app.Azure.Faults.Add(new Fault(service, operation, FaultKind.ResetBefore)
        {
            Target = one => one.Contains(target, StringComparison.Ordinal),
            Skip = skip,
            Times = 1,
            Strike = async _ =>
            {
                await app.KillAsync();
                died.TrySetResult();
            },
        }))
        {
            // The process may die before its answer is out; what it delivers is stored.
            var cutOff = await Record.ExceptionAsync(() => app.As(Names[0]).TrySendAsync(conversation, "Hello", "1d-1"));
            Assert.True(cutOff is null or HttpRequestException, $"{cutOff}");
            await died.Task.WaitAsync(Eventually.Timeout);
        }

        await using var survivor = await ChatApp.StartAsync(app.Azure);
        // What the dead one had received is locked for a minute.
        clock.Jump(TimeSpan.FromMinutes(1));
        await survivor.HasDeliveredAsync(clock);
        foreach (var name in Names[1..])
        {
            var seen = await survivor.As(name).SummaryAsync(conversation);
            Assert.True(seen is { UnreadCount: 1, LastMessage.Preview: "Hello" }, $"The inbox of {name} after a crash at {step}: {seen}");
        }

        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
        }
    }
}
