using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Chat.Local.ServiceBus;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Alice has sent Bob a photo, on which the host app's scanner has no verdict yet.</summary>
public sealed class When_a_file_is_held : IAsyncLifetime, IDisposable
{
    private readonly JumpingClock _clock = new();
    private HookReceiver _host = null!;
    private ChatApp _app = null!;
    private Uploads _uploads = null!;
    private Person _alice = null!;
    private Person _bob = null!;
    private string _media = null!;
    private JsonElement _message;

    public async Task InitializeAsync()
    {
        _host = await HookReceiver.StartAsync();
        _app = await ChatApp.StartAsync(settings: _host.SettingsOfScans, time: _clock);
        _uploads = new Uploads(_app.Azure);
        _alice = new Person(_app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        _bob = _app.As("bob");
        var conversation = (await _alice.StartDirectAsync("bob")).ConversationId;
        _host.Verdict = _ => "pending";
        _media = await _uploads.UploadAsync(_alice, conversation);
        _message = await _alice.SayAsync(conversation, Uploads.Of(_media));
        await Eventually.HoldsAsync(() => _host.Scanned.Count, count => count > 0);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _host.DisposeAsync();
    }

    public void Dispose() => _uploads.Dispose();

    [Fact]
    public async Task Should_fail_after_a_day_without_a_verdict()
    {
        for (var hour = 0; hour < 23; hour++)
        {
            var asked = _host.Scanned.Count;
            _clock.Jump(TimeSpan.FromHours(1));
            await Eventually.HoldsAsync(() => _host.Scanned.Count, count => count > asked);
            await HasSettledAsync();
        }

        Assert.Equal("processing", (await _alice.AskAsync("GET", _message.Path())).List("attachments")[0].Text("state"));
        _clock.Jump(TimeSpan.FromHours(1));
        await HasFailedAsync();
        Assert.Equal("not_scanned", (await _uploads.CompleteAsync(_alice, _media)).Text("reason"));
        await Eventually.SeesAsync(_uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Fact]
    public async Task Should_not_be_seen_by_moderators_either()
    {
        var moderator = _app.AsModerator("vera");
        await ReportAsync();
        _clock.Jump(TimeSpan.FromMinutes(2));
        await HasSettledAsync();
        Assert.Empty(await PhotosAsync());

        await GiveAsync("clean");
        await Eventually.SeesAsync(_clock, PhotosAsync, photos => photos.Count == 1);

        async Task<List<JsonElement>> PhotosAsync()
        {
            var reported = (await moderator.AskAsync("GET", "/api/moderation/cases")).List("cases").Single();
            var found = await moderator.AskAsync("GET", $"/api/moderation/cases/{reported.Text("caseId")}");
            return [.. found.List("evidence").Where(one => one.At("photos") is not null).SelectMany(one => one.List("photos"))];
        }
    }

    [Fact]
    public async Task Should_leave_no_evidence_when_it_is_refused_however_long_its_message_cannot_be_told()
    {
        await ReportAsync();
        using (_app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Fail)))
        {
            await GiveAsync("refused");
            for (var n = 0; n < 3; n++)
            {
                _clock.Jump(TimeSpan.FromMinutes(1));
                await HasSettledAsync();
            }
        }

        await HasFailedAsync();
        await Eventually.SeesAsync(_uploads.BlobsAsync, blobs => blobs.Count == 0);
        Assert.Empty(await _uploads.EvidenceAsync());
    }

    [Fact]
    public async Task Should_be_decided_by_the_first_verdict_also_if_what_follows_from_it_is_late()
    {
        using (_app.Azure.Faults.Add(new Fault("servicebus", "receive", FaultKind.Fail)))
        {
            await GiveAsync("refused");
            Assert.Equal("refused", (await _uploads.CompleteAsync(_alice, _media)).Text("reason"));
            await GiveAsync("clean");
        }

        await HasFailedAsync();
    }

    [Fact]
    public async Task Should_end_although_the_queue_lost_the_question()
    {
        await HasSettledAsync();
        await using var client = _app.Azure.ServiceBus.Connect();
        await LoseAsync();
        _clock.Jump(TimeSpan.FromMinutes(25));
        await Eventually.HoldsAsync(() => _host.Scanned.Count, count => count > 1);
        await HasSettledAsync();
        await LoseAsync();
        _clock.Jump(TimeSpan.FromHours(24));
        await HasFailedAsync();

        async Task LoseAsync()
        {
            foreach (var waiting in await _app.Azure.ServiceBus.Find("media")!.ShowAsync(MessageKind.Scheduled, 0, 100))
            {
                if (waiting.Body.ToString().Contains("scanDue", StringComparison.Ordinal))
                {
                    await client.CreateSender("media").CancelScheduledMessageAsync(waiting.SequenceNumber);
                }
            }
        }
    }

    private async Task ReportAsync()
    {
        var target = new { conversationId = _message.Text("conversationId"), messageIds = new[] { _message.Text("messageId") } };
        await _bob.AskAsync("POST", "/api/reports", new { target, reason = "spam" }, HttpStatusCode.Accepted);
    }

    private Task GiveAsync(string verdict) =>
        _app.AsHost().Caller.DoAsync("PUT", $"/api/host/media/{_media}/verdict", new { verdict });

    private async Task HasFailedAsync() => await Eventually.SeesAsync(
        _clock, () => _alice.AskAsync("GET", _message.Path()), seen => seen.List("attachments")[0].Text("state") == "failed");

    private async Task HasSettledAsync() =>
        await Eventually.HoldsAsync(() => _app.Azure.ServiceBus.Find("media")!.Count(), count => count is { Active: 0, InFlight: 0 });
}
