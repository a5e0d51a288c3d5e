using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

public sealed class When_one_list_cannot_be_written
{
    [Fact]
    public async Task Should_move_everybody_else_s()
    {
        await using var app = await ChatApp.StartAsync();
        string[] others = [.. Enumerable.Range(10, 24).Select(n => $"m{n}")];
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Team", others)).ConversationId;
        await Eventually.SeesAsync(() => app.As(others[^1]).SummaryAsync(group), seen => seen is not null);

        // The first of them, whose list is tried before the others'.
        using var fault = app.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail) { Status = 403, Target = target => target.Contains(others[0], StringComparison.Ordinal) });
        await alice.SendAsync(group, "Hello");

        foreach (var other in others[1..])
        {
            await Eventually.SeesAsync(() => app.As(other).SummaryAsync(group), seen => seen is { LastMessage.Preview: "Hello" });
        }
    }
}
