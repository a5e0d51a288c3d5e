using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Load;
using Chat.Load.Servers;
using Chat.Local;
using Chat.Local.Functions;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Services;

/// <summary>
/// A change feed that begins anew: how fast it projects what is stored, and how far behind lists are of what is sent meanwhile.
/// </summary>
internal static class FeedBenchmark
{
    private const string Author = "the-author";
    private const string Peer = "the-other-one";
    private const string Listener = "the-listener";
    private const int Batch = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(int conversations, int messages)
    {
        using var directory = new DataDirectory();
        await using var azure = await LocalAzure.StartAsync(directory.Path);
        var (template, talk) = await PrepareAsync(azure, messages);
        var began = Stopwatch.GetTimestamp();
        await CopiedConversations.WriteAsync(azure, template, Peer, conversations, age: TimeSpan.FromHours(2));
        var documents = (long)(conversations + 1) * (messages + 4);
        var written = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Say($"{documents:N0} documents of {conversations:N0} conversations written in {written:N0} s; resident {Resident():N0} MB");

        began = Stopwatch.GetTimestamp();
        await using var app = await StartAppAsync(azure);
        using var anew = new CancellationTokenSource();
        var talking = TalkAsync(app.Address, talk, anew.Token);
        while (!await ChangeFeed.IsReadAsync(azure, butFor: talk))
        {
            await Task.Delay(Pause, TimeProvider.System);
        }

        var took = Stopwatch.GetElapsedTime(began);
        await anew.CancelAsync();
        var behind = await talking;
        Say($"projected in {took.TotalSeconds:N1} s, {documents / took.TotalSeconds:N0} documents a second; resident {Resident():N0} MB");
        var (median, most) = (new Sample(behind).Median / 1000, behind.Max() / 1000);
        Say($"the list of {behind.Count:N0} messages sent meanwhile: {median:N1} s behind their answer at the median, {most:N1} s at most");
    }

    /// <summary>Has one conversation sent that is copied then, and another begun; and loses the leases.</summary>
    private static async Task<(string Template, string Talk)> PrepareAsync(LocalAzure azure, int messages)
    {
        await using var app = await StartAppAsync(azure);
        using var author = Client(app.Address, Author);
        using var listener = Client(app.Address, Listener);
        var (conversation, talk) = (await CreateAsync(author, Peer), await CreateAsync(author, Listener));

        // Who has answered isn't asked by a stranger.
        await SendAsync(author, talk, "Hello");
        await SendAsync(listener, talk, "Hello to you");
        foreach (var batch in Enumerable.Range(0, messages).Chunk(Batch))
        {
            using var sent = await author.PostAsJsonAsync(
                $"api/conversations/{conversation}/messages/batch",
                new
                {
                    messages = batch.Select(n => new
                    {
                        clientMessageId = string.Create(CultureInfo.InvariantCulture, $"{n}"),
                        text = Filler.Text,
                    }),
                });
            sent.EnsureSuccessStatusCode();
        }

        while (!await ChangeFeed.IsReadAsync(azure))
        {
            await Task.Delay(Pause, TimeProvider.System);
        }

        var leases = app.Services.GetRequiredService<CosmosClient>().GetContainer(ChatContainers.Database, ChatContainers.LeasesName);
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            var lease = ChangeFeed.LeaseOf(range);
            using var deleted = await leases.DeleteItemStreamAsync(lease, new PartitionKey(lease));
            deleted.EnsureSuccessStatusCode();
        }

        return (conversation, talk);
    }

    /// <summary>Sends one message after another, each when the recipient's list shows the one before.</summary>
    /// <returns>How long after its answer each was seen there, in milliseconds.</returns>
    private static async Task<List<double>> TalkAsync(Uri app, string conversation, CancellationToken end)
    {
        List<double> behind = [];
        using var author = Client(app, Author);
        using var listener = Client(app, Listener);
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"meanwhile {n}");
            await SendAsync(author, conversation, text);
            var answered = Stopwatch.GetTimestamp();
            while (!(await listener.GetStringAsync("api/conversations", CancellationToken.None))
                .Contains($"\"{text}\"", StringComparison.Ordinal))
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }

            behind.Add(Stopwatch.GetElapsedTime(answered).TotalMilliseconds);
        }

        return behind;
    }

    private static async Task SendAsync(HttpClient sender, string conversation, string text)
    {
        using var sent = await sender.PostAsJsonAsync($"api/conversations/{conversation}/messages", new { clientMessageId = text, text });
        sent.EnsureSuccessStatusCode();
    }

    private static async Task<string> CreateAsync(HttpClient creator, string other)
    {
        using var answer = await creator.PostAsJsonAsync("api/conversations", new { kind = "direct", members = new[] { other } });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("conversationId").GetString()!;
    }

    private static Task<FunctionsHost> StartAppAsync(LocalAzure azure) => FunctionsHost.StartAsync(azure, new InstanceOptions
    {
        App = typeof(SendMessage).Assembly,
        Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Auth:SigningKey"] = AccessToken.SigningKey,
            ["Limits:SendsPerMinute"] = "0",
        },
    });

    private static HttpClient Client(Uri app, string user) => new()
    {
        BaseAddress = app,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AccessToken.For(user)) },
    };

    private static double Resident() => Environment.WorkingSet / 1e6;

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
