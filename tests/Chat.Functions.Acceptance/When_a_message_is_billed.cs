using Chat.Functions.Acceptance.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

/// <summary>What Azure bills for a direct message, from its acceptance to the last write of its delivery.</summary>
public class When_a_message_is_billed(ITestOutputHelper output)
{
    /// <summary>The change feed's polls and leases come on top: they cost by time and not by message.</summary>
    private const double MaxRequestUnits = 32;

    /// <summary>Send, receive, complete; and the same delivery from the change feed, which the queue drops.</summary>
    private const int MaxServiceBusOperations = 4;

    [Fact]
    public async Task Should_stay_within_its_budget()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "The first pays for what the others find.");
        await app.HasDeliveredAsync();

        var before = app.Azure.Meter.Read().ToDictionary(reading => (reading.Service, reading.Operation));
        await alice.SendAsync(conversation, "Shall we meet at eight, where we met last time?");
        await app.HasDeliveredAsync();

        var spent = app.Azure.Meter.Read()
            .Select(now => before.GetValueOrDefault((now.Service, now.Operation)) is { } then
                ? now with { Requests = now.Requests - then.Requests, Units = now.Units - then.Units }
                : now)
            .Where(reading => reading.Requests > 0)
            .ToList();
        var bill = string.Join('\n', spent);
        output.WriteLine(bill);
        Assert.True(Sum("cosmos") <= MaxRequestUnits && Sum("servicebus") <= MaxServiceBusOperations, bill);

        double Sum(string service) => spent.Where(
            reading => reading.Service == service && reading.Operation is not ("changefeed" or "lease")).Sum(reading => reading.Units);
    }
}
