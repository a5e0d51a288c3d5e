using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A host app that is asked and told: it checks who asks, and decides by what a text says.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    /// <summary>What every search finds.</summary>
    public const string Gif =
        """{"id":"g-7","url":"https://gifs.example/7.gif","previewUrl":"https://gifs.example/7","""
        + "\"width\":320,\"height\":240,\"title\":\"A cat\"}";

    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly ConcurrentQueue<JsonElement> _questions = [];
    private readonly ConcurrentQueue<(string Id, JsonElement Body)> _told = [];
    private readonly ConcurrentQueue<(string From, string To)> _pairs = [];
    private readonly ConcurrentQueue<(string Viewers, string Ids)> _unfurled = [];
    private readonly ConcurrentQueue<(string Words, string Limit, string? Cursor)> _searches = [];
    private readonly ConcurrentQueue<(string Id, JsonElement File)> _scanned = [];
    private readonly WebApplication _server;

    private HookReceiver(WebApplication server) => _server = server;

    public IReadOnlyList<JsonElement> Questions => [.. _questions];

    /// <summary>All texts of messages that it was asked about.</summary>
    public List<string> Texts => [.. Asked("messages").Select(message => message.Text("text")!)];

    /// <summary>All other texts that it was asked about, with their kinds.</summary>
    public List<(string Kind, string Text)> Said => [.. Asked("texts").Select(text => (text.Text("kind")!, text.Text("text")!))];

    /// <summary>What it was told, also when it didn't take it, with the call's id.</summary>
    public IReadOnlyList<(string Id, JsonElement Body)> Told => [.. _told];

    /// <summary>Of whom it was asked how they follow each other.</summary>
    public IReadOnlyList<(string From, string To)> Pairs => [.. _pairs];

    /// <summary>Who follows whom, by what it answers.</summary>
    public ConcurrentDictionary<(string From, string To), bool> Follows { get; } = new();

    /// <summary>What it was asked to unfurl: for whom, and the ids.</summary>
    public IReadOnlyList<(string Viewers, string Ids)> Unfurled => [.. _unfurled];

    /// <summary>The searches for GIFs that it was asked.</summary>
    public IReadOnlyList<(string Words, string Limit, string? Cursor)> Searches => [.. _searches];

    /// <summary>The files that it was asked to scan, each time, with the call's id.</summary>
    public IReadOnlyList<(string Id, JsonElement File)> Scanned => [.. _scanned];

    /// <summary>What it says of a file.</summary>
    public Func<JsonElement, string> Verdict { get; set; } = _ => "clean";

    /// <summary>What it says of its things, by their ids; of others that they are available.</summary>
    public ConcurrentDictionary<string, object> Things { get; } = new();

    /// <summary>What it answers instead of verdicts; null for verdicts.</summary>
    public Func<HttpContext, Task>? Misbehaves { get; set; }

    public static async Task<HookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        var receiver = new HookReceiver(server);
        server.Run(receiver.DecideAsync);
        await server.StartAsync();
        return receiver;
    }

    /// <summary>The settings by which the app asks it.</summary>
    public Dictionary<string, string?> Settings(params IEnumerable<(string Name, string Value)> more) => more
        .Append(("Url", $"{_server.Urls.Single()}/hook"))
        .Append(("Key", Key))
        // As long as a busy machine may take.
        .Append(("TimeoutMilliseconds", "2500"))
        .DistinctBy(one => one.Item1)
        .ToDictionary(one => $"Hooks:BeforeSend:{one.Item1}", one => (string?)one.Item2, StringComparer.Ordinal);

    /// <summary>The settings by which the app tells it of decisions, and asks it who follows whom.</summary>
    public Dictionary<string, string?> SettingsOf(string decisions = "", string relationships = "") =>
        new(StringComparer.Ordinal)
        {
            ["Hooks:Decisions:Url"] = AddressOf(decisions),
            ["Hooks:Decisions:Key"] = Key,
            ["Host:RelationshipUrl"] = AddressOf(relationships),
            ["Host:RelationshipKey"] = Key,
        };

    /// <summary>The settings by which the app asks it what viewers see of its things.</summary>
    public Dictionary<string, string?> SettingsOfUnfurling => new(StringComparer.Ordinal)
    {
        ["Host:UnfurlUrl"] = AddressOf("/unfurl"),
        ["Host:UnfurlKey"] = Key,
    };

    /// <summary>The settings by which the app asks it for GIFs.</summary>
    public Dictionary<string, string?> SettingsOfGifs => new(StringComparer.Ordinal)
    {
        ["Host:GifsUrl"] = AddressOf("/gifs"),
        ["Host:GifsKey"] = Key,
        ["Cards:ThumbnailHosts"] = "gifs.example",
    };

    /// <summary>The settings by which the app has it scan files.</summary>
    public Dictionary<string, string?> SettingsOfScans => new(StringComparer.Ordinal)
    {
        ["Media:ScanUrl"] = AddressOf("/scans"),
        ["Media:ScanKey"] = Key,
        ["Media:FilesEnabled"] = "true",
    };

    /// <summary>The settings by which the app tells it of cards.</summary>
    public Dictionary<string, string?> SettingsOfShares => new(StringComparer.Ordinal)
    {
        ["Hooks:CardShared:Url"] = AddressOf("/shares"),
        ["Hooks:CardShared:Key"] = Key,
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string AddressOf(string path) => path.Length > 0 ? _server.Urls.Single() + path : "";

    private IEnumerable<JsonElement> Asked(string what) =>
        _questions.Where(question => question.At(what) is not null).SelectMany(question => question.List(what));

    private static string Key => $"whsec_{Convert.ToBase64String(Secret)}";

    private async Task DecideAsync(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
        {
            await (http.Request.Path == "/gifs" ? FindGifsAsync(http) : SayWhoFollowsAsync(http));
            return;
        }

        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        CheckSignature(http.Request, body);
        var question = JsonDocument.Parse(body).RootElement;
        if (question.At("refs") is not null)
        {
            await UnfurlAsync(http, question);
            return;
        }

        if (question.Text("type") == "media.beforeShow")
        {
            _scanned.Enqueue((http.Request.Headers["webhook-id"].Single()!, question));
            await (Misbehaves?.Invoke(http) ?? http.Response.WriteAsJsonAsync(new { verdict = Verdict(question) }));
            return;
        }

        var isTold = question.Text("type") is "message.stillHeld" or "moderation.decided" or "card.shared";
        if (isTold)
        {
            _told.Enqueue((http.Request.Headers["webhook-id"].Single()!, question));
        }
        else
        {
            _questions.Enqueue(question);
        }

        if (Misbehaves is not null)
        {
            await Misbehaves(http);
            return;
        }

        if (isTold)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var asked = question.List(question.At("texts") is null ? "messages" : "texts");
        await http.Response.WriteAsJsonAsync(new { verdicts = asked.Select(one => new { action = Action(one) }) });
    }

    private async Task SayWhoFollowsAsync(HttpContext http)
    {
        CheckSignature(http.Request, http.Request.QueryString.Value![1..]);
        var (from, to) = (http.Request.Query["from"].Single()!, http.Request.Query["to"].Single()!);
        _pairs.Enqueue((from, to));
        var answer = new { follows = Follows.ContainsKey((from, to)), followed = Follows.ContainsKey((to, from)) };
        await (Misbehaves?.Invoke(http) ?? http.Response.WriteAsJsonAsync(answer));
    }

    private async Task FindGifsAsync(HttpContext http)
    {
        CheckSignature(http.Request, http.Request.QueryString.Value![1..]);
        var query = http.Request.Query;
        _searches.Enqueue((query["q"].Single()!, query["limit"].Single()!, query["cursor"].SingleOrDefault()));
        await (Misbehaves?.Invoke(http) ?? http.Response.WriteAsync($$"""{"gifs":[{{Gif}},{"id":"no-picture"}],"cursor":"2"}"""));
    }

    private async Task UnfurlAsync(HttpContext http, JsonElement question)
    {
        var ids = question.List("refs").ConvertAll(one => one.Text("id")!);
        _unfurled.Enqueue((question.Text("viewerClass.ageBand")!, string.Join(',', ids)));
        var cards = ids.Select(id => Things.GetValueOrDefault(id) ?? new { state = "available" });
        await (Misbehaves?.Invoke(http) ?? http.Response.WriteAsJsonAsync(new { cards }));
    }

    private static string Action(JsonElement message) =>
        new[] { "refuse", "hold", "flag" }.FirstOrDefault(word => message.ToString().Contains(word, StringComparison.Ordinal)) ?? "allow";

    /// <summary>As receivers check it: the time is now, and only who has the key can have signed it.</summary>
    private static void CheckSignature(HttpRequest request, string body)
    {
        var (id, timestamp) = (request.Headers["webhook-id"].Single()!, request.Headers["webhook-timestamp"].Single()!);
        Assert.InRange(
            TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture), -86_400, 86_400);
        var expected = Convert.ToBase64String(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
        Assert.Equal($"v1,{expected}", request.Headers["webhook-signature"].Single());
    }
}
