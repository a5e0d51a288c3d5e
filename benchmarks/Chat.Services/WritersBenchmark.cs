using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Messages;
using Chat.Load.Servers;
using Chat.Local;
using Chat.Local.Functions;

namespace Chat.Services;

/// <summary>
/// A hundred people write to one group at once, through one to four instances of the app on one set of services; once more with the
/// throughput that a partition has. Its log must have no gap.
/// </summary>
internal static class WritersBenchmark
{
    private const int Members = 100;
    private const int Page = 100;

    /// <summary>
    /// What a physical partition, and so a conversation, has at most: https://learn.microsoft.com/azure/cosmos-db/concepts-limits.
    /// </summary>
    private const int PartitionUnitsPerSecond = 10_000;

    public static async Task RunAsync(Table table)
    {
        (int Instances, int? UnitsPerSecond)[] runs = [(1, null), (2, null), (3, null), (3, PartitionUnitsPerSecond), (4, null)];
        foreach (var (instances, unitsPerSecond) in runs)
        {
            await RunAsync(table, instances, unitsPerSecond);
        }
    }

    private static async Task RunAsync(Table table, int instances, int? unitsPerSecond)
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        var hosts = new List<FunctionsHost>();
        for (var i = 0; i < instances; i++)
        {
            hosts.Add(await StartAppAsync(azure));
        }

        using var clients = new Clients(hosts.ConvertAll(host => host.Address));
        var conversation = await CreateGroupAsync(clients.Of(0));
        if (unitsPerSecond is { } limit)
        {
            azure.Cosmos.LimitThroughput("chat", "conversations", limit);
        }

        var (accepted, refused, conflicts, slowest) = (0, 0, 0L, TimeSpan.Zero);
        using var listener = Listen(count => Interlocked.Add(ref conflicts, count));
        var measured = await Measurement.TakeAsync(Members, async member =>
        {
            var body = new { clientMessageId = Guid.NewGuid().ToString("N"), text = "Everybody writes at once." };
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                using var answer = await clients.Of(member).PostAsJsonAsync($"api/conversations/{conversation}/messages", body);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    answer.EnsureSuccessStatusCode();
                    Interlocked.Increment(ref accepted);
                    return;
                }

                Interlocked.Increment(ref refused);
                lock (clients)
                {
                    slowest = Stopwatch.GetElapsedTime(began) is var took && took > slowest ? took : slowest;
                }
            }
        });
        var logged = await CountAsync(clients.Of(0), conversation);
        var note = string.Create(
            CultureInfo.InvariantCulture,
            $"{accepted} accepted, {logged} in the log without a gap, {conflicts} conflicts, "
                + $"{refused} put off with 503 after {slowest.TotalSeconds:0.0} s at most");
        var limited = unitsPerSecond is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {unitsPerSecond:N0} RU/s");
        table.Add("App", $"send to one group, {instances} instances{limited}", measured, note);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>Starts the app as an instance of its own.</summary>
    private static Task<FunctionsHost> StartAppAsync(LocalAzure azure) => FunctionsHost.StartAsync(azure, new InstanceOptions
    {
        App = typeof(SendMessage).Assembly,
        Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Auth:SigningKey"] = AccessToken.SigningKey,
            ["Limits:SendsPerMinute"] = "0",
        },
    });

    private static async Task<string> CreateGroupAsync(HttpClient owner)
    {
        var members = Enumerable.Range(1, Members - 1).Select(Clients.NameOf);
        using var answer = await owner.PostAsJsonAsync("api/conversations", new { kind = "group", title = "Load", members });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("conversationId").GetString()!;
    }

    /// <summary>Reads the whole log. Throws when its numbers have a gap.</summary>
    private static async Task<int> CountAsync(HttpClient reader, string conversation)
    {
        var (count, last) = (0, 0L);
        for (var hasMore = true; hasMore;)
        {
            var page = await reader.GetFromJsonAsync<JsonElement>(
                $"api/conversations/{conversation}/messages?afterSeq={last}&limit={Page}");
            foreach (var seq in page.GetProperty("messages").EnumerateArray()
                .Select(static message => message.GetProperty("seq").GetInt64()))
            {
                if (count > 0 && seq != last + 1)
                {
                    throw new InvalidOperationException($"The log has {seq} after {last}.");
                }

                (count, last) = (count + 1, seq);
            }

            hasMore = page.GetProperty("hasMore").GetBoolean();
        }

        return count;
    }

    private static MeterListener Listen(Action<long> conflicts)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "chat.commit.conflicts")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) => conflicts(count));
        listener.Start();
        return listener;
    }

    /// <summary>A client for each member, which keeps to one instance.</summary>
    private sealed class Clients(List<Uri> instances) : IDisposable
    {
        private readonly List<HttpClient> _clients = [.. Enumerable.Range(0, Members).Select(member => new HttpClient
        {
            BaseAddress = instances[member % instances.Count],
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AccessToken.For(NameOf(member))) },
        })];

        public static string NameOf(int member) => string.Create(CultureInfo.InvariantCulture, $"member-{member}");

        public HttpClient Of(int member) => _clients[member];

        public void Dispose() => _clients.ForEach(client => client.Dispose());
    }
}
