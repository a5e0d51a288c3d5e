using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public sealed class When_one_list_cannot_be_written
{
    [Fact]
    public async Task Should_move_everybody_else_s_even_if_it_is_the_sender_s()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        string[] others = [.. Enumerable.Range(100, 40).Select(n => $"m{n}")];
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Team", others)).ConversationId;
        await app.HasDeliveredAsync(clock);
        using (app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/alice/inbox", StringComparison.Ordinal),
        }))
        {
            await alice.SendAsync(group, "Hello");
            foreach (var other in others)
            {
                await Eventually.SeesAsync(
                    clock, () => app.As(other).SummaryAsync(group), seen => seen is { LastMessage.Preview: "Hello" });
            }
        }

        await Eventually.SeesAsync(clock, () => alice.SummaryAsync(group), seen => seen is { LastMessage.Preview: "Hello" });
        await app.HasDeliveredAsync(clock);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(200)]
    public async Task Should_move_everybody_else_s(int count)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        string[] others = [.. Enumerable.Range(100, count).Select(n => $"m{n}")];
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Team", others)).ConversationId;
        await app.HasDeliveredAsync(clock);

        // The first of them, whose list is tried before the others'.
        using (app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.Contains(others[0], StringComparison.Ordinal),
        }))
        {
            await alice.SendAsync(group, "Hello");
            foreach (var other in others[1..])
            {
                await Eventually.SeesAsync(() => app.As(other).SummaryAsync(group), seen => seen is { LastMessage.Preview: "Hello" });
            }
        }

        // It follows once it can be written.
        await Eventually.SeesAsync(clock, () => app.As(others[0]).SummaryAsync(group), seen => seen is { LastMessage.Preview: "Hello" });
        await app.HasDeliveredAsync(clock);
    }
}
