using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Previews;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Local;
using Chat.Local.ServiceBus;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>Links get previews where the operator wants them; what is linked to never learns who reads.</summary>
public class When_messages_have_links
{
    private static readonly Dictionary<string, string?> On = new(StringComparer.Ordinal) { ["Previews:Enabled"] = "true" };

    [Fact]
    public async Task Should_show_what_the_page_says_and_go_with_the_link()
    {
        var (web, clock) = (new FakeWeb(), new JumpingClock());
        await using var app = await StartAsync(web, On, time: clock);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var phone = await bob.ListenAsync();
        var message = await alice.SayAsync(conversation, new { text = "Look: http://site.example/tram!" });
        Assert.Null(message.At("linkPreview"));

        var pushed = (await phone.ReceivesEventAsync("message.updated")).At("message")!.Value;
        var preview = pushed.At("linkPreview")!.Value;
        Assert.Equal(("http://site.example/tram", "Lisbon by tram"), (preview.Text("url"), preview.Text("title")));
        Assert.Equal("Line 28", preview.Text("description"));
        Assert.Equal((0L, null), (pushed.Number("revision"), pushed.Text("editedAt")));
        var image = preview.Text("image.mediaId")!;
        var shown = (await Uploads.AddressOfAsync(bob, message, image)).Text("url")!;
        Assert.NotNull(await uploads.GetAsync(shown));
        await app.HasDeliveredAsync();
        Assert.Equal(1, (await bob.SummaryAsync(conversation))!.UnreadCount);
        var asked = web.Asked;
        Assert.Equal(["/tram", "/tram.jpg"], asked.Distinct());

        // Once fetched it is known for a day, and forwarded it is looked for anew.
        var again = await alice.SayAsync(conversation, new { text = "Again http://site.example/tram" });
        await Eventually.SeesAsync(() => bob.AskAsync("GET", again.Path()), seen => seen.Text("linkPreview.image.mediaId") == image);
        Assert.Equal(asked, web.Asked);

        var edited = await alice.AskAsync("PATCH", message.Path(), new { text = "Never mind" });
        Assert.Null(edited.At("linkPreview"));
        Assert.Equal("media_not_found", (await Uploads.AddressOfAsync(bob, message, image)).Text("code"));
        Assert.NotNull(await uploads.GetAsync(shown));
        await alice.AskAsync("DELETE", again.Path());
        await app.HasDeliveredAsync();
        clock.Jump(TimeSpan.FromMinutes(11));
        await app.HasDeliveredAsync();
        clock.Jump(TimeSpan.FromHours(25));
        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    [Theory]
    [InlineData("clean")]
    [InlineData("refused")]
    public async Task Should_show_no_picture_that_is_not_scanned(string verdict)
    {
        var web = new FakeWeb();
        await using var host = await HookReceiver.StartAsync();
        host.Verdict = _ => "pending";
        await using var app = await StartAsync(web, On.Concat(host.SettingsOfScans).ToDictionary(StringComparer.Ordinal));
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var message = await alice.SayAsync(conversation, new { text = "http://site.example/tram" });
        var shown = await Eventually.SeesAsync(() => bob.AskAsync("GET", message.Path()), seen => seen.At("linkPreview") is not null);
        var image = shown.At("linkPreview.image")!.Value;
        Assert.Equal(("processing", null), (image.Text("state"), image.Text("blurhash")));
        var media = image.Text("mediaId")!;
        Assert.Equal("media_not_ready", (await Uploads.AddressOfAsync(bob, message, media)).Text("code"));
        var asked = await Eventually.HoldsAsync(() => host.Scanned, files => files.Count > 0);
        Assert.Equal(media, asked[0].File.Text("mediaId"));
        Assert.NotNull(await uploads.GetAsync(asked[0].File.Text("url")!));

        await app.AsHost().Caller.DoAsync("PUT", $"/api/host/media/{media}/verdict", new { verdict });
        var expected = verdict == "clean" ? ("ready", 3) : ("failed", 0);
        await Eventually.SeesAsync(
            async () => ((await bob.AskAsync("GET", message.Path())).Text("linkPreview.image.state"), (await uploads.BlobsAsync()).Count),
            seen => seen == expected);
        var address = await Uploads.AddressOfAsync(bob, message, media);
        Assert.Equal(verdict == "clean" ? null : "media_failed", address.Text("code"));

        // Whoever sends the link next has the same page, and no picture of it where that was refused.
        var again = await alice.SayAsync(conversation, new { text = "Again http://site.example/tram" });
        var other = await Eventually.SeesAsync(() => bob.AskAsync("GET", again.Path()), seen => seen.At("linkPreview") is not null);
        Assert.Equal(verdict == "clean" ? "ready" : null, other.Text("linkPreview.image.state"));
    }

    [Fact]
    public async Task Should_fetch_nothing_unless_it_is_wanted()
    {
        var web = new FakeWeb();
        await using var azure = await LocalAzure.StartAsync(directory: null);
        string conversation;
        await using (var off = await StartAsync(web, new Dictionary<string, string?>(StringComparer.Ordinal), azure))
        {
            conversation = (await off.As("alice").CreateGroupAsync("Trip", "bob")).ConversationId;
            await off.As("alice").SayAsync(conversation, new { text = "http://site.example/off" });
            await off.HasDeliveredAsync();
        }

        await using var app = await StartAsync(web, On, azure);
        var alice = app.As("alice");
        await alice.AskAsync("PATCH", $"/api/conversations/{conversation}", new { messageTtl = 86400 });
        await alice.SayAsync(conversation, new { text = "http://site.example/disappears" });
        var blocked = (await alice.StartDirectAsync("carol")).ConversationId;
        await app.As("carol").DoAsync("PUT", "/api/restrictions/alice");
        await alice.SayAsync(blocked, new { text = "http://site.example/restricted" });
        var open = (await alice.StartDirectAsync("bob")).ConversationId;
        foreach (var host in new[] { "inner.example", "127.0.0.1", "2130706433" })
        {
            await alice.SayAsync(open, new { text = $"http://{host}/inner" });
        }

        var last = await alice.SayAsync(open, new { text = "http://site.example/tram" });
        await Eventually.SeesAsync(() => alice.AskAsync("GET", last.Path()), seen => seen.At("linkPreview") is not null);
        await app.HasDeliveredAsync();
        Assert.Equal(["/tram", "/tram.jpg"], web.Asked.Distinct());
    }

    [Fact]
    public async Task Should_not_be_fetched_for_who_asks_to_write()
    {
        var web = new FakeWeb();
        await using var app = await StartAsync(web, On);
        var alice = app.As("alice");
        var request = (await alice.StartDirectAsync("bob")).ConversationId;
        var other = (await alice.StartDirectAsync("carol")).ConversationId;
        using var asked = new Halt(app.Azure, "functions", "queue", target => target.StartsWith("ProcessMedia", StringComparison.Ordinal));
        await alice.SayAsync(request, new { text = "http://site.example/stranger" });
        await asked.Reached;

        // No request may have a link today. If one had, nobody would be fetched for it.
        using var patched = await app.Services.GetRequiredService<ChatContainers>().Conversations.PatchItemStreamAsync(
            "head",
            new PartitionKey(request),
            [PatchOperation.Set("/request", new ContactRequest(new UserId("alice"), RequestState.Pending))]);
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        asked.Open();
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find("media")!.Count(), queue => queue is { Active: 0, InFlight: 0 });

        var last = await alice.SayAsync(other, new { text = "http://site.example/tram" });
        await Eventually.SeesAsync(() => alice.AskAsync("GET", last.Path()), seen => seen.At("linkPreview") is not null);
        Assert.Equal(["/tram", "/tram.jpg"], web.Asked.Distinct());
    }

    [Fact]
    public async Task Should_store_no_address_with_a_signature_anywhere()
    {
        var signed = new Regex(@"(?:[?&]|\\u0026)(?:sig|sv|se|sr|sp|skoid)=", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
        await using var app = await StartAsync(new FakeWeb(), On);
        using var uploads = new Uploads(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        var queued = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);

        // A message is there until the moment at which it is completed.
        using var watched = app.Azure.Faults.Add(
            new Fault("servicebus", "complete", FaultKind.Delay) { Strike = _ => CollectAsync(app, queued) });
        var upload = await uploads.BeginAsync(alice, new Photo().For(conversation));
        var shared = new List<JsonElement>();
        foreach (var file in (Photo[])[new Photo(), new Voice(), new Video()])
        {
            shared.Add(await alice.SayAsync(conversation, Uploads.Of(await uploads.UploadedAsync(alice, conversation, file))));
        }

        var link = await alice.SayAsync(conversation, new { text = "http://site.example/tram" });
        await Eventually.SeesAsync(() => bob.AskAsync("GET", link.Path()), seen => seen.At("linkPreview") is not null);
        await alice.SayAsync(
            conversation,
            new { cards = new[] { new { type = "video", id = "v-1", title = "Lisbon", thumbnailUrl = "https://cdn.example/v-1" } } });
        var target = (await bob.StartDirectAsync("carol")).ConversationId;
        await bob.AskAsync("POST", shared[0].Path() + "/forward", new { clientMessageId = "f-1", to = new[] { target } });
        var messageIds = new[] { shared[0].Text("messageId") };
        var report = new { target = new { conversationId = conversation, messageIds }, reason = "spam" };
        await bob.AskAsync("POST", "/api/reports", report, HttpStatusCode.Accepted);
        var (photo, voice) = (await Uploads.AddressAsync(bob, shared[0]), await Uploads.AddressAsync(bob, shared[1], "original"));
        await app.HasDeliveredAsync();
        await CollectAsync(app, queued);

        // It would be found.
        Assert.All([upload, photo, voice], address => Assert.Matches(signed, JsonSerializer.Serialize(address)));
        Assert.Contains("media", queued.Keys.Select(id => id.Split('/')[0]));
        Assert.Contains("deliveries", queued.Keys.Select(id => id.Split('/')[0]));
        Assert.All(queued, message => Assert.DoesNotMatch(signed, message.Value));
        var stored = await StoredDocuments.AllAsync(app);
        Assert.Contains(shared[0].List("attachments")[0].Text("mediaId")!, stored["media"], StringComparison.Ordinal);
        Assert.All(stored, container => Assert.DoesNotMatch(signed, container.Value));
    }

    /// <summary>Notes what all queues have, by queue and number.</summary>
    private static async Task CollectAsync(ChatApp app, ConcurrentDictionary<string, string> queued)
    {
        foreach (var queue in app.Azure.ServiceBus.Queues)
        {
            foreach (var kind in Enum.GetValues<MessageKind>())
            {
                foreach (var message in await queue.ShowAsync(kind, 0, 1000))
                {
                    queued[string.Create(CultureInfo.InvariantCulture, $"{queue.Name}/{message.SequenceNumber}")] =
                        message.Body + string.Join(' ', message.ApplicationProperties);
                }
            }
        }
    }

    private static Task<ChatApp> StartAsync(
        FakeWeb web,
        Dictionary<string, string?> settings,
        LocalAzure? azure = null,
        TimeProvider? time = null) =>
        ChatApp.StartAsync(azure, settings, time, change: services => services.Replace(ServiceDescriptor.Singleton<PublicNetwork>(web)));

    /// <summary>A site of the public Internet, and a name that leads into the operator's network.</summary>
    private sealed class FakeWeb : PublicNetwork
    {
        private readonly ConcurrentQueue<string> _asked = [];

        public List<string> Asked => [.. _asked];

        public override Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse(host == "site.example" ? "93.184.215.14" : "10.0.0.1")]);

        public override Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new Connection(_asked));
    }

    private sealed class Connection(ConcurrentQueue<string> asked) : Stream
    {
        private Stream? _answer;

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count)
        {
            var path = Encoding.ASCII.GetString(buffer, offset, count).Split(' ')[1];
            asked.Enqueue(path);
            var (type, body) = path.EndsWith(".jpg", StringComparison.Ordinal)
                ? ("image/jpeg", new Photo().Bytes)
                : ("text/html", """
                    <meta property="og:title" content="Lisbon by tram"><meta property="og:description" content="Line 28">
                    <meta property="og:image" content="/tram.jpg">
                    """u8.ToArray());
            _answer = new MemoryStream([
                .. Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n")),
                .. body,
            ]);
        }

        public override int Read(byte[] buffer, int offset, int count) => _answer!.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
