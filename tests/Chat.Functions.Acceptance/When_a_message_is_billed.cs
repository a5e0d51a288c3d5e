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
    private const double RequestUnits = 31.62;

    /// <summary>Two indexed terms, and reading whether what the card is of was taken down.</summary>
    private const double RequestUnitsOfCard = 1.8;

    /// <summary>
    /// What a photo costs beyond that, from the request for an address to the entry that says that it is ready, if the request says
    /// which message it is for.
    /// </summary>
    private const double RequestUnitsOfFile = 49.54;

    /// <summary>What ids and instants of other lengths may make of it.</summary>
    private const double Tolerance = 0.2;

    /// <summary>What it costs beyond that if the host app scans it, and knows its verdict when it is asked.</summary>
    private const double RequestUnitsOfScan = 10.01;

    /// <summary>Send, receive, complete; and the same delivery from the change feed, which the queue drops.</summary>
    private const int MaxServiceBusOperations = 4;

    [Theory]
    [InlineData("", RequestUnits)]
    [InlineData("card", RequestUnits + RequestUnitsOfCard)]
    public async Task Should_cost_what_is_said(string with, double requestUnits)
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

        bool IsWithin() =>
            Math.Abs(Sum(spent, "cosmos") - requestUnits) <= Tolerance && Sum(spent, "servicebus") <= MaxServiceBusOperations;
    }

    [Theory]
    [InlineData("photo", false, RequestUnitsOfFile, 52.55)]
    [InlineData("voice message", false, RequestUnitsOfFile, 53.35)]
    [InlineData("photo", true, RequestUnitsOfFile + RequestUnitsOfScan, 52.55 + RequestUnitsOfScan)]
    public async Task Should_cost_what_is_said_with_a_file_that_is_ready_later(string file, bool isScanned, double ofFirst, double ofNext)
    {
        await using var host = await HookReceiver.StartAsync();
        await using var app = await ChatApp.StartAsync(settings: isScanned ? host.SettingsOfScans : null);
        using var uploads = new Uploads(app.Azure);
        var (first, next) = (double.MaxValue, double.MaxValue);

        // The least of three, as above: a day's first upload is one of each user. The next replaces what was created with that.
        for (var n = 0; n < 3; n++)
        {
            var alice = app.As($"alice-{n}");
            var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
            await alice.SendAsync(conversation, "The first pays for what the others find.");
            await app.HasDeliveredAsync();
            first = Math.Min(first, await MoreAsync(alice, conversation, "one"));
            next = Math.Min(next, await MoreAsync(alice, conversation, "another"));
        }

        Assert.Equal((ofFirst, ofNext), (first, next), (one, other) =>
            Math.Abs(one.Item1 - other.Item1) <= Tolerance && Math.Abs(one.Item2 - other.Item2) <= Tolerance);

        async Task<double> MoreAsync(Person alice, string conversation, string clientMessageId)
        {
            var spent = await SpentAsync(app, () => ShareAsync(alice, conversation, clientMessageId));
            var more = Sum(spent, "cosmos") - RequestUnits;
            output.WriteLine($"{more:0.00} RU more, {Sum(spent, "servicebus")} operations");
            return Math.Round(more, 2);
        }

        // The file comes to be processed after its message was sent.
        async Task ShareAsync(Person alice, string conversation, string clientMessageId)
        {
            var before = await uploads.BlobsAsync();
            var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var waiting = app.Azure.Faults.Add(new Fault("blobs", "get-blob", FaultKind.Delay) { Strike = _ => sent.Task });
            var media = await uploads.UploadAsync(alice, conversation, file == "photo" ? new Photo() : new Voice(), clientMessageId);
            await alice.AskAsync(
                "POST",
                $"/api/conversations/{conversation}/messages",
                new { clientMessageId, attachments = new[] { new { mediaId = media } } },
                HttpStatusCode.Created);
            sent.SetResult();
            await Eventually.SeesAsync(
                uploads.BlobsAsync,
                blobs => blobs.Count == before.Count + (file == "photo" ? 3 : 1)
                    && blobs.TrueForAll(blob => blob.StartsWith("media/", StringComparison.Ordinal)));
            await app.HasDeliveredAsync();
            await Eventually.HoldsAsync(
                () => app.Azure.ServiceBus.Find("media")!.Count(), count => count is { Active: 0, InFlight: 0 });
            await app.HasDeliveredAsync();
        }
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
