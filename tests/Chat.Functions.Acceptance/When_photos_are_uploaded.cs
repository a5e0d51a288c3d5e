using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

public class When_photos_are_uploaded
{
    [Fact]
    public async Task Should_go_up_by_an_address_that_is_good_once_and_be_made_anew()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await azure.Blobs.ListenAsync(0, CancellationToken.None);
        await using var app = await ChatApp.StartAsync(azure);
        using var uploads = new Uploads(azure);
        using var browser = new HttpClient();
        var (alice, photo) = (app.As("alice"), new Photo());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        var upload = await uploads.BeginAsync(alice, photo.For(conversation));
        var media = upload.Text("mediaId")!;
        Assert.Equal("pending", upload.Text("state"));
        Assert.Equal(
            "not_uploaded", await alice.IsRefusedAsync("POST", $"/api/media/uploads/{media}/complete", HttpStatusCode.Conflict));
        Assert.Equal(HttpStatusCode.Created, await photo.PutAsync(browser, upload));
        Assert.Equal(HttpStatusCode.Forbidden, await photo.PutAsync(browser, upload));
        using var read = await browser.GetAsync(new Uri(upload.Text("uploadUrl")!));
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);

        await uploads.IsAsync(alice, media, "ready");
        await Eventually.SeesAsync(
            uploads.BlobsAsync,
            blobs => blobs.Order().SequenceEqual([$"media/{media}/1080", $"media/{media}/320", $"media/{media}/original"]));
    }

    [Theory]
    [InlineData("longer", "wrong_length")]
    [InlineData("other", "wrong_hash")]
    [InlineData("text", "wrong_type")]
    [InlineData("torn", "unreadable")]
    public async Task Should_be_refused_when_it_is_not_what_was_said(string what, string reason)
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, photo) = (app.As("alice"), new Photo());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        byte[] other = [.. photo.Bytes[..^1], 0];
        var (declared, put) = what switch
        {
            "longer" => (photo, photo with { Bytes = [.. photo.Bytes, 0] }),
            "other" => (photo, photo with { Bytes = other }),
            "text" => Both(photo with { Bytes = Encoding.UTF8.GetBytes("<svg onload=\"alert(1)\"/>") }),
            _ => Both(photo with { Bytes = photo.Bytes[..60] }),
        };

        var upload = await uploads.BeginAsync(alice, declared.For(conversation));
        Assert.Equal(HttpStatusCode.Created, await uploads.PutAsync(upload, put));

        var failed = await uploads.IsAsync(alice, upload.Text("mediaId")!, "failed");
        Assert.Equal(reason, failed.Text("reason"));
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);

        static (Photo, Photo) Both(Photo photo) => (photo, photo);
    }

    [Fact]
    public async Task Should_get_a_new_address_under_the_same_key_until_it_is_there()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, photo) = (app.As("alice"), new Photo());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        var first = await AskAsync(photo, HttpStatusCode.Created);
        clock.Jump(TimeSpan.FromMinutes(14));
        var second = await AskAsync(photo, HttpStatusCode.OK);
        Assert.Equal(first.Text("mediaId"), second.Text("mediaId"));
        Assert.NotEqual(first.Text("uploadUrl"), second.Text("uploadUrl"));
        Assert.Equal("idempotency_key_reused", (await AskAsync(new Photo { Bytes = [1] }, HttpStatusCode.Conflict)).Text("code"));

        // The first one's end leaves the second one alone.
        clock.Jump(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Forbidden, await uploads.PutAsync(first));
        Assert.Equal(HttpStatusCode.Created, await uploads.PutAsync(second));
        await uploads.IsAsync(alice, first.Text("mediaId")!, "ready");
        Assert.Null((await AskAsync(photo, HttpStatusCode.OK)).Text("uploadUrl"));

        async Task<JsonElement> AskAsync(Photo asked, HttpStatusCode expected)
        {
            using var answer = await Person.PatientlyAsync(() => alice.SendAsync(
                HttpMethod.Post,
                "/api/media/uploads",
                JsonContent.Create(asked.For(conversation)),
                request => request.Headers.Add("Idempotency-Key", "photo")));
            Assert.Equal(expected, answer.StatusCode);
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    [Fact]
    public async Task Should_be_for_a_conversation_of_ones_own_and_nobody_elses()
    {
        await using var app = await ChatApp.StartAsync();
        using var uploads = new Uploads(app.Azure);
        var (alice, bob, photo) = (app.As("alice"), app.As("bob"), new Photo());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var upload = await uploads.BeginAsync(alice, photo.For(conversation));
        await uploads.PutAsync(upload);

        Assert.Equal("media_not_found", await bob.IsRefusedAsync(
            "POST", $"/api/media/uploads/{upload.Text("mediaId")}/complete", HttpStatusCode.NotFound));
        Assert.Equal("conversation_not_found", await app.As("mallory").IsRefusedAsync(
            "POST", "/api/media/uploads", HttpStatusCode.NotFound, photo.For(conversation)));
    }

    [Fact]
    public async Task Should_leave_nothing_when_it_is_given_up_or_never_sent()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var givenUp = await uploads.BeginAsync(alice, new Photo().For(conversation));
        await uploads.PutAsync(givenUp);
        var unsent = await uploads.UploadedAsync(alice, conversation);

        clock.Jump(TimeSpan.FromMinutes(23));
        await Eventually.SeesAsync(
            uploads.BlobsAsync,
            blobs => blobs.Count == 3 && blobs.TrueForAll(blob => blob.Contains(unsent, StringComparison.Ordinal)));
        Assert.Equal("media_not_found", await alice.IsRefusedAsync(
            "POST", $"/api/media/uploads/{givenUp.Text("mediaId")}/complete", HttpStatusCode.NotFound));

        clock.Jump(TimeSpan.FromHours(24));
        await Eventually.SeesAsync(uploads.BlobsAsync, blobs => blobs.Count == 0);
        Assert.Equal("media_not_found", await alice.IsRefusedAsync(
            "POST", $"/api/media/uploads/{unsent}/complete", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Should_be_as_many_as_may_be_at_a_time_and_a_day()
    {
        var clock = new JumpingClock();
        var few = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:OpenUploads"] = "2", ["Limits:UploadsPerDay"] = "4" };
        await using var app = await ChatApp.StartAsync(settings: few, time: clock);
        using var uploads = new Uploads(app.Azure);
        clock.JumpToMidnight();
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        var first = await uploads.UploadAsync(alice, conversation);
        await uploads.BeginAsync(alice, new Photo().For(conversation));
        await uploads.BeginAsync(alice, new Photo().For(conversation));
        Assert.Equal("openUploads", await LimitAsync());
        clock.Jump(TimeSpan.FromMinutes(16));
        await uploads.BeginAsync(alice, new Photo().For(conversation));
        Assert.Equal("uploadsPerDay", await LimitAsync());
        await uploads.IsAsync(alice, first, "ready");
        clock.Jump(TimeSpan.FromDays(1));
        await uploads.BeginAsync(alice, new Photo().For(conversation));

        async Task<string?> LimitAsync() =>
            (await alice.AskAsync("POST", "/api/media/uploads", new Photo().For(conversation), HttpStatusCode.TooManyRequests))
            .Text("limit.name");
    }

    [Fact]
    public async Task Should_have_no_more_bytes_than_may_be_a_day()
    {
        var (clock, photo) = (new JumpingClock(), new Photo());
        var few = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Limits:UploadBytesPerDay"] = $"{(2 * photo.Bytes.Length) + 1}",
        };
        await using var app = await ChatApp.StartAsync(settings: few, time: clock);
        using var uploads = new Uploads(app.Azure);
        clock.JumpToMidnight();
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        await uploads.UploadedAsync(alice, conversation);
        await uploads.BeginAsync(alice, photo.For(conversation));
        var refused = await alice.AskAsync(
            "POST", "/api/media/uploads", photo.For(conversation), HttpStatusCode.TooManyRequests);
        Assert.Equal("uploadBytesPerDay", refused.Text("limit.name"));
        await uploads.BeginAsync(alice, new Photo { Bytes = [1] }.For(conversation));
        await uploads.BeginAsync(new Person(app.Http, "bob", lifetime: TimeSpan.FromDays(3)), photo.For(conversation));

        clock.Jump(TimeSpan.FromDays(1));
        await uploads.BeginAsync(alice, photo.For(conversation));
    }

    [Fact]
    public async Task Should_not_be_too_many_where_a_replica_lags_behind_what_is_completed()
    {
        var few = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:OpenUploads"] = "1" };
        await using var app = await ChatApp.StartAsync(settings: few);
        await using var other = await ChatApp.StartAsync(
            app.Azure,
            new Dictionary<string, string?>(few, StringComparer.Ordinal) { ["AzureWebJobs.ProcessMedia.Disabled"] = "true" });
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        app.Azure.Cosmos.LagReads("chat", "media", 1000);
        await uploads.UploadAsync(alice, conversation);

        await uploads.BeginAsync(alice.At(other), new Photo().For(conversation));
        var refused = await alice.At(other).AskAsync(
            "POST", "/api/media/uploads", new Photo().For(conversation), HttpStatusCode.TooManyRequests);
        Assert.Equal("openUploads", refused.Text("limit.name"));
    }

    [Fact]
    public async Task Should_be_no_more_at_a_time_by_asking_again_for_what_has_ended()
    {
        var clock = new JumpingClock();
        var few = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:OpenUploads"] = "2" };
        await using var app = await ChatApp.StartAsync(settings: few, time: clock);
        var (alice, photo) = (app.As("alice"), new Photo());
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        Assert.Equal(HttpStatusCode.Created, await BeginAsync("k-1"));
        Assert.Equal(HttpStatusCode.Created, await BeginAsync("k-2"));
        clock.Jump(TimeSpan.FromMinutes(15.5));
        Assert.Equal(HttpStatusCode.Created, await BeginAsync("k-3"));
        Assert.Equal(HttpStatusCode.Created, await BeginAsync("k-4"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await BeginAsync("k-1"));
        Assert.Equal(HttpStatusCode.OK, await BeginAsync("k-4"));

        async Task<HttpStatusCode> BeginAsync(string key)
        {
            using var answer = await Person.PatientlyAsync(() => alice.SendAsync(
                HttpMethod.Post,
                "/api/media/uploads",
                JsonContent.Create(photo.For(conversation)),
                request => request.Headers.Add("Idempotency-Key", key)));
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("cosmos", "replace", nameof(FaultKind.ResetAfter))]
    [InlineData("cosmos", "replace", nameof(FaultKind.ResetBefore))]
    [InlineData("servicebus", "send", nameof(FaultKind.ResetAfter))]
    [InlineData("servicebus", "complete", nameof(FaultKind.ResetBefore))]
    [InlineData("servicebus", "receive", nameof(FaultKind.Duplicate))]
    [InlineData("blobs", "get-blob", nameof(FaultKind.Throttle))]
    [InlineData("blobs", "put-blob", nameof(FaultKind.ResetAfter))]
    [InlineData("blobs", "put-blob", nameof(FaultKind.Fail))]
    [InlineData("blobs", "delete-blob", nameof(FaultKind.TimeoutAfter))]
    public async Task Should_be_ready_whatever_breaks_once(string service, string operation, string kind)
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        var upload = await uploads.BeginAsync(alice, new Photo().For(conversation));
        await uploads.PutAsync(upload);
        var media = upload.Text("mediaId")!;

        using (app.Azure.Faults.Add(new Fault(service, operation, Enum.Parse<FaultKind>(kind)) { Times = 4 }))
        {
            await Eventually.SeesAsync(
                clock,
                () => alice.SendAsync(HttpMethod.Post, $"/api/media/uploads/{media}/complete", null),
                answer => answer.IsSuccessStatusCode);
            await Eventually.SeesAsync(
                clock,
                () => uploads.CompleteAsync(alice, media),
                seen => seen.Text("state") == "ready");
        }

        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 3);
    }

    [Theory]
    [InlineData("cosmos", "replace", 0)]
    [InlineData("blobs", "get-blob", 0)]
    [InlineData("blobs", "put-blob", 1)]
    [InlineData("blobs", "delete-blob", 0)]
    public async Task Should_be_ready_though_the_process_dies_on_the_way(string service, string operation, int skip)
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        using var uploads = new Uploads(azure);
        string media;
        await using (var first = await ChatApp.StartAsync(azure))
        {
            var alice = first.As("alice");
            var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
            await first.HasDeliveredAsync();
            var upload = await uploads.BeginAsync(alice, new Photo().For(conversation));
            await uploads.PutAsync(upload);
            media = upload.Text("mediaId")!;
            var dies = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var fault = azure.Faults.Add(new Fault(service, operation, FaultKind.ResetBefore)
            {
                Target = target => target.Contains(media, StringComparison.Ordinal),
                Skip = skip,
                Strike = _ => Task.FromResult(dies.TrySetResult()),
            });
            await uploads.CompleteAsync(alice, media);
            await dies.Task.WaitAsync(Eventually.Timeout);
            await first.KillAsync();
        }

        await using var second = await ChatApp.StartAsync(azure);
        await Eventually.SeesAsync(
            clock,
            () => uploads.CompleteAsync(second.As("alice"), media),
            seen => seen.Text("state") == "ready");
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 3);
    }

    [Fact]
    public async Task Should_be_given_up_when_it_ends_its_process_each_time_and_nothing_else_with_it()
    {
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        using var uploads = new Uploads(azure);
        var (bad, good) = ("", "");
        for (var deaths = 0; ; deaths++)
        {
            Assert.InRange(deaths, 0, 7);
            await using var app = await ChatApp.StartAsync(azure);
            var alice = app.As("alice");
            if (deaths == 0)
            {
                var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
                bad = await PutAsync(uploads, alice, conversation);
                good = await PutAsync(uploads, alice, conversation);
            }

            var dies = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var fault = azure.Faults.Add(new Fault("blobs", "get-blob", FaultKind.ResetBefore)
            {
                Target = target => target.Contains(bad, StringComparison.Ordinal),
                Strike = _ =>
                {
                    dies.TrySetResult();
                    return isOver.Task;
                },
            });
            await uploads.CompleteAsync(alice, bad);
            await uploads.CompleteAsync(alice, good);
            var seen = await Eventually.SeesAsync(
                clock,
                () => uploads.CompleteAsync(alice, bad),
                seen => seen.Text("state") == "failed" || dies.Task.IsCompleted);
            if (seen.Text("state") == "failed")
            {
                Assert.Equal("unreadable", seen.Text("reason"));
                await Eventually.SeesAsync(clock, () => uploads.CompleteAsync(alice, good), one => one.Text("state") == "ready");
                return;
            }

            await app.KillAsync();
            isOver.SetResult();
        }
    }

    private static async Task<string> PutAsync(Uploads uploads, Person person, string conversation)
    {
        var upload = await uploads.BeginAsync(person, new Photo().For(conversation));
        await uploads.PutAsync(upload);
        return upload.Text("mediaId")!;
    }
}
