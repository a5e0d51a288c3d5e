using System.Globalization;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

/// <summary>What Azure bills for a direct message, from its acceptance to the last write of its delivery.</summary>
public class When_a_message_is_billed(ITestOutputHelper output)
{
    private const double MaxRequestUnits = 45;

    /// <summary>Send, receive, complete; and the sweep's look later, when it comes by before the delivery is done.</summary>
    private const int MaxServiceBusOperations = 4;

    [Fact]
    public async Task Should_stay_within_its_budget()
    {
        // Nothing is late here, so the sweep only looks.
        await using var app = await ChatApp.StartAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Delivery:SweepGrace"] = "00:10:00" });
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "The first pays for what the others find.");
        await IsDeliveredAsync(app, conversation, 2);

        var before = app.Azure.Meter.Read().ToDictionary(reading => (reading.Service, reading.Operation));
        var sent = await alice.SendAsync(conversation, "Shall we meet at eight, where we met last time?");
        await IsDeliveredAsync(app, conversation, sent.Seq);

        var spent = app.Azure.Meter.Read()
            .Select(now => before.GetValueOrDefault((now.Service, now.Operation)) is { } then ? now with { Requests = now.Requests - then.Requests, Units = now.Units - then.Units } : now)
            .Where(reading => reading.Requests > 0)
            .ToList();
        var bill = string.Join('\n', spent);
        output.WriteLine(bill);
        Assert.True(Sum("cosmos") <= MaxRequestUnits && Sum("servicebus") <= MaxServiceBusOperations, bill);

        double Sum(string service) => spent.Where(reading => reading.Service == service).Sum(reading => reading.Units);
    }

    /// <summary>Waits until the log is delivered up to a position and nothing is left to do about it, without asking anything that is billed.</summary>
    private static async Task IsDeliveredAsync(ChatApp app, string conversation, long seq)
    {
        await Eventually.SeesAsync(
            async () => await app.Azure.Cosmos.ReadDocumentAsync("chat", "conversations", conversation, "d") is { } mark
                ? JsonDocument.Parse(mark).RootElement.GetProperty("deliveredSeq").GetInt64()
                : 0,
            seen => seen == seq,
            seq.ToString(CultureInfo.InvariantCulture));
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Queues.Sum(queue => queue.Count().Active + queue.Count().InFlight), seen => seen == 0);
    }
}
