using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A push that nobody could make is told to whoever runs the app.</summary>
[Collection(Recording.Alone)]
public class When_pushes_are_given_up
{
    [Fact]
    public async Task Should_be_counted_and_logged_as_the_alert_looks_for_it()
    {
        using var recording = new Recording();
        using var log = new CapturedLog();
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock, log: log);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync(clock);
        using (app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Fail)))
        {
            await alice.SendAsync(conversation, "Hello");
            await app.HasDeliveredAsync(clock);
        }

        // The feed hands over again what the queue may have forgotten while time jumped.
        var dropped = recording.Of("chat.push.dropped");
        Assert.InRange(dropped.Count, 1, 2);
        Assert.All(dropped, one => Assert.Equal(1, one.Value));
        Assert.Equal(
            dropped.Count,
            log.Lines.Count(line =>
                line.Contains("were not pushed in", StringComparison.Ordinal)
                    && line.Contains("clients will fetch them", StringComparison.Ordinal)));
    }
}
