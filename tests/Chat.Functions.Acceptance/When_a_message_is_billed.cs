using System.Net;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Xunit.Abstractions;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>What Azure bills for a direct message, from its acceptance to the last write of its delivery.</summary>
public class When_a_message_is_billed(ITestOutputHelper output)
{
    /// <summary>The change feed's polls and leases come on top: they cost by time and not by message.</summary>
    private const double MaxRequestUnits = 32;

    /// <summary>
    /// What a photo may cost beyond that, from the request for an address to the entry that says that it is ready, if the request says
    /// which message it is for.
    /// </summary>
    private const double MaxRequestUnitsOfPhoto = 50;

    /// <summary>What it may cost beyond that if the host app scans it, and knows its verdict when it is asked.</summary>
    private const double MaxRequestUnitsOfScan = 11;

    /// <summary>Send, receive, complete; and the same delivery from the change feed, which the queue drops.</summary>
    private const int MaxServiceBusOperations = 4;

    [Theory]
    [InlineData("", MaxRequestUnits)]
    [InlineData("card", MaxRequestUnits + 2)]
    public async Task Should_stay_within_its_budget(string with, double maxRequestUnits)
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "The first pays for what the others find.");
        await app.HasDeliveredAsync();

        const string text = "Shall we meet at eight, where we met last time?";
        object message = with == "card" ? new { text, cards = new[] { new { type = "place", id = "p-1", title = "Café" } } } : new { text };

        // The least of three: what an instance has known for more than a second it reads again.
        List<MeterReading> spent = [];
        for (var n = 0; n < 3 && !(spent.Count > 0 && IsWithin()); n++)
        {
            spent = await SpentAsync(app, async () =>
            {
                await alice.SayAsync(conversation, message);
                await app.HasDeliveredAsync();
            });
        }

        Assert.True(IsWithin(), string.Join('\n', spent));

        bool IsWithin() => Sum(spent, "cosmos") <= maxRequestUnits && Sum(spent, "servicebus") <= MaxServiceBusOperations;
    }

    [Theory]
    [InlineData("photo", MaxRequestUnitsOfPhoto)]
    [InlineData("voice message", MaxRequestUnitsOfPhoto)]
    [InlineData("photo", MaxRequestUnitsOfPhoto + MaxRequestUnitsOfScan)]
    public async Task Should_stay_within_its_budget_with_a_file_that_is_ready_later(string file, double maxRequestUnits)
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: maxRequestUnits > MaxRequestUnitsOfPhoto ? host.SettingsOfScans : null);
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "The first pays for what the others find.");
        await app.HasDeliveredAsync();
        var plain = await SpentAsync(app, async () =>
        {
            await alice.SendAsync(conversation, "Look at this");
            await app.HasDeliveredAsync();
        });

        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Azure.Faults.Add(new Fault("blobs", "get-blob", FaultKind.Delay) { Strike = _ => sent.Task });
        var withPhoto = await SpentAsync(app, async () =>
        {
            const string clientMessageId = "with-a-file";
            var media = await uploads.UploadAsync(alice, conversation, file == "photo" ? new Photo() : new Voice(), clientMessageId);
            await alice.AskAsync(
                "POST",
                $"/api/conversations/{conversation}/messages",
                new { clientMessageId, attachments = new[] { new { mediaId = media } } },
                HttpStatusCode.Created);
            sent.SetResult();
            await Eventually.SeesAsync(
                uploads.BlobsAsync,
                blobs => blobs.Count == (file == "photo" ? 3 : 1)
                    && blobs.TrueForAll(blob => blob.StartsWith("media/", StringComparison.Ordinal)));
            await app.HasDeliveredAsync();
            await Eventually.HoldsAsync(
                () => app.Azure.ServiceBus.Find("media")!.Count(), count => count is { Active: 0, InFlight: 0 });
            await app.HasDeliveredAsync();
        });
        output.WriteLine($"{Sum(withPhoto, "cosmos") - Sum(plain, "cosmos"):0.00} RU more, {Sum(withPhoto, "servicebus")} operations");
        Assert.True(
            Sum(withPhoto, "cosmos") - Sum(plain, "cosmos") <= maxRequestUnits,
            string.Join('\n', plain) + "\n\n" + string.Join('\n', withPhoto));
    }

    private async Task<List<MeterReading>> SpentAsync(ChatApp app, Func<Task> work)
    {
        var before = app.Azure.Meter.Read().ToDictionary(reading => (reading.Service, reading.Operation));
        await work();
        var spent = app.Azure.Meter.Read()
            .Select(now => before.GetValueOrDefault((now.Service, now.Operation)) is { } then
                ? now with { Requests = now.Requests - then.Requests, Units = now.Units - then.Units }
                : now)
            .Where(reading => reading.Requests > 0)
            .ToList();
        output.WriteLine(string.Join('\n', spent));
        return spent;
    }

    private static double Sum(List<MeterReading> spent, string service) => spent
        .Where(reading => reading.Service == service && reading.Operation is not ("changefeed" or "lease"))
        .Sum(reading => reading.Units);
}
