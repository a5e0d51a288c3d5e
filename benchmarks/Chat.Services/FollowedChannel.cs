using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Functions.Channels;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Load;
using Chat.Load.Servers;
using Chat.Local;
using Chat.Local.CosmosDb;
using Chat.Local.Functions;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Services;

/// <summary>A channel with posts whose followers become more, beside 199 others; on a local Azure in memory.</summary>
internal sealed class FollowedChannel : IAsyncDisposable
{
    private const string Template = "the-first-follower";
    private const int Others = 199;
    private const int Posts = 100;
    private const int AtOnce = 32;
    private static readonly string[] ByTheStore = ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"];

    private readonly FunctionsHost _app;
    private readonly HttpClient _http;
    private readonly List<string> _others = [];
    private readonly List<Device> _watchers = [];
    private string _subscription = "";
    private int _filled;

    private FollowedChannel(LocalAzure azure, FunctionsHost app)
    {
        (Azure, _app) = (azure, app);
        _http = new HttpClient { BaseAddress = app.Address };
    }

    public LocalAzure Azure { get; }

    public string Id { get; private set; } = "";

    /// <summary>How many follow it by what was done.</summary>
    public int Followers { get; private set; }

    public int Watchers => _watchers.Count;

    public static async Task<FollowedChannel> StartAsync()
    {
        var azure = await LocalAzure.StartAsync(directory: null);
        await azure.SignalR.ListenAsync(0, CancellationToken.None);
        var app = await FunctionsHost.StartAsync(azure, new InstanceOptions
        {
            App = typeof(SendMessage).Assembly,
            Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Auth:SigningKey"] = AccessToken.SigningKey,
                ["Limits:SendsPerMinute"] = "0",
                ["Limits:ReactionsPerMinute"] = "0",
                ["Limits:ChannelPostsPerDay"] = "0",
                ["Limits:ChannelsPerUser"] = "0",
                ["Limits:JoinsPerDay"] = "0",
                ["Limits:GroupsPerDay"] = "0",
                ["Delivery:InboxWindow"] = "00:00:00.5",
            },
        });
        var channel = new FollowedChannel(azure, app);
        channel.Id = await channel.CreateAsync();
        await channel.FollowAsync(Template);
        var id = $"sub:{channel.Id}";
        var stored = await azure.Cosmos.ReadDocumentAsync(ChatContainers.Database, ChatContainers.UsersName, Template, id);
        var document = JsonNode.Parse(stored)!.AsObject();
        foreach (var name in ByTheStore)
        {
            document.Remove(name);
        }

        channel._subscription = document.ToJsonString();
        for (var n = 0; n < Others; n++)
        {
            channel._others.Add(await channel.CreateAsync());
        }

        foreach (var batch in Enumerable.Range(0, Posts).Chunk(50))
        {
            var messages = batch.Select(n => new { clientMessageId = Invariant($"old-{n}"), text = Filler.Text });
            await channel.AskAsync("owner", "POST", $"conversations/{channel.Id}/messages/batch", new { messages });
        }

        return channel;
    }

    /// <summary>Writes followers' documents as following does, past the API, until so many follow; and has some of them watch.</summary>
    public async Task GrowAsync(int followers, int watchers)
    {
        var (all, until) = (_app.Services.GetRequiredService<Followers>(), _filled + followers - Followers);
        await Parallel.ForAsync(_filled, until, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, end) =>
        {
            await SubscribeAsync(Follower(n), Id);
            await all.SetAsync(new ConversationId(Id), new UserId(Follower(n)), true, end);
        });
        (_filled, Followers) = (until, followers);
        for (var n = _watchers.Count; n < watchers; n++)
        {
            var negotiated = await AskAsync(Follower(n), "POST", "realtime/negotiate?negotiateVersion=1");
            _watchers.Add(await Device.ConnectAsync(
                negotiated.GetProperty("url").GetString()!, negotiated.GetProperty("accessToken").GetString()!));
        }

        // It ends by itself after five minutes.
        await Parallel.ForAsync(0, watchers, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
            await AskAsync(Follower(n), "POST", $"channels/{Id}/watch"));
        await SettleAsync();
    }

    /// <summary>Has a user follow all the other channels, past the API.</summary>
    public async Task FollowOthersAsync(string user)
    {
        foreach (var other in _others)
        {
            await SubscribeAsync(user, other);
        }
    }

    public async Task FollowAsync(string user)
    {
        await AskAsync(user, "PUT", $"channels/{Id}/subscription", new { });
        Followers++;
    }

    /// <summary>Users follow it and end that, each several times at once; half of them follow it at last.</summary>
    public async Task ComeAndGoAsync(int users)
    {
        var some = Guid.NewGuid().ToString("N");
        await Parallel.ForAsync(0, users * 6, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
            await TryAsync(Invariant($"{some}-{n % users}"), n % 3 > 0));
        await Parallel.ForAsync(0, users, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (n, _) =>
        {
            while (!await TryAsync(Invariant($"{some}-{n}"), n % 2 == 0))
            {
            }
        });
        Followers += users / 2;

        async Task<bool> TryAsync(string user, bool follows)
        {
            using var answer = await SendAsync(user, follows ? "PUT" : "DELETE", $"channels/{Id}/subscription", follows ? new { } : null);
            return answer.IsSuccessStatusCode;
        }
    }

    /// <summary>Posts, and waits until every watcher's device has it.</summary>
    public async Task PostAsync(string text)
    {
        var id = Guid.NewGuid().ToString("N");
        var all = _watchers.Select(device => device.ReceivesAsync(id)).ToList();
        await AskAsync("owner", "POST", $"conversations/{Id}/messages", new { clientMessageId = id, text });
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>How many documents say that somebody follows it: what the number that is shown has to be.</summary>
    public async Task<int> CountDocumentsAsync()
    {
        var count = 0;
        foreach (var range in Azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var page = await ReadAsync(range, 0);
            for (; page.Documents.Count > 0; page = await ReadAsync(range, page.Lsn))
            {
                count += page.Documents.Count(IsFollower);
            }
        }

        return count;

        Task<FeedPage> ReadAsync(string range, long after) => Azure.Cosmos.ReadChangesAsync(
            ChatContainers.Database, ChatContainers.ConversationsName, range, after, int.MaxValue);

        bool IsFollower(ReadOnlyMemory<byte> body)
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("id").GetString()!.StartsWith("f:", StringComparison.Ordinal)
                && document.RootElement.GetProperty("conversationId").GetString()!.StartsWith($"{Id}:", StringComparison.Ordinal);
        }
    }

    /// <summary>Waits until nothing is left to be pushed, projected or told.</summary>
    public async Task SettleAsync()
    {
        var quiet = 0;
        while (quiet < 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            quiet = await ChangeFeed.IsReadAsync(Azure) && IsEmpty("deliveries") && IsEmpty("fanout") && IsEmpty("pushgroups")
                ? quiet + 1
                : 0;
        }

        bool IsEmpty(string queue) => Azure.ServiceBus.Find(queue)!.Count() is { Active: 0, InFlight: 0, Scheduled: 0 };
    }

    public async Task<JsonElement> AskAsync(string user, string method, string path, object? body = null)
    {
        using var answer = await SendAsync(user, method, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return !answer.IsSuccessStatusCode ? throw new InvalidOperationException($"{method} {path} was refused: {text}")
            : text.Length == 0 ? default
            : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var watcher in _watchers)
        {
            await watcher.DisposeAsync();
        }

        _http.Dispose();
        await _app.DisposeAsync();
        await Azure.DisposeAsync();
    }

    private static string Follower(int n) => Invariant($"follower-{n:000000}");

    private async Task<string> CreateAsync()
    {
        var created = await AskAsync("owner", "POST", "conversations", new { kind = "channel", title = "News of the day" });
        return created.GetProperty("conversationId").GetString()!;
    }

    private async Task SubscribeAsync(string user, string channel)
    {
        var document = _subscription.Replace(Template, user, StringComparison.Ordinal).Replace(Id, channel, StringComparison.Ordinal);
        await Azure.Cosmos.UpsertDocumentAsync(
            ChatContainers.Database, ChatContainers.UsersName, user, Encoding.UTF8.GetBytes(document));
    }

    private async Task<HttpResponseMessage> SendAsync(string user, string method, string path, object? body)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"api/{path}") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer", AccessToken.For(user, user == "owner" ? "chat.publisher" : null));
        return await _http.SendAsync(request);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
