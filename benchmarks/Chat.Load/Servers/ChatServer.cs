using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Chat.Load.Servers;

/// <summary>The backend itself: the app on the local Azure, with every commit on disk.</summary>
internal sealed class ChatServer : IServer
{
    private const int Batch = 50;
    private const int BatchesAtOnce = 12;

    /// <summary>Off: the load's users do more than people may.</summary>
    private static readonly string[] RateLimits =
    [
        "SendsPerMinute", "ReactionsPerMinute", "PresencePerMinute", "ReportsPerMinute", "GroupsPerDay", "AddsPerDay", "JoinsPerDay",
        "ChannelPostsPerDay", "ChannelsPerUser", "FirstContactsPerDay", "OpenContacts", "UploadsPerDay", "UploadBytesPerDay",
        "GifSearchesPerMinute", "LookupsPerMinute",
    ];

    private ChatServer(ServerProcess process, Uri address, TimeSpan startedIn)
    {
        Worker = process.FindChild();
        Process = process;
        StartedIn = startedIn;
        Http = Client(address);
    }

    public ServerProcess Process { get; }

    /// <summary>The app's own process, which is what is deployed; null where the app runs in the host's.</summary>
    public ServerProcess? Worker { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartedIn { get; }

    /// <summary>The processor time that it used until then.</summary>
    public TimeSpan StartCpu { get; private init; }

    public HttpClient Http { get; }

    /// <param name="assembly">The backend's assembly.</param>
    /// <param name="directory">Where it keeps its data.</param>
    /// <param name="environment">Variables that its process gets besides.</param>
    /// <param name="asChild">Whether the app runs in a process of its own.</param>
    /// <param name="cosmosPort">Where Cosmos DB is served to others, too; 0 for nowhere.</param>
    /// <param name="blobPort">Where files are put; 0 for nowhere.</param>
    public static async Task<ChatServer> StartAsync(
        string assembly,
        string directory,
        IReadOnlyDictionary<string, string>? environment = null,
        bool asChild = false,
        string cosmosPort = "0",
        string blobPort = "0")
    {
        string[] services = asChild
            ? ["--child", "--cosmos-port", FreePort(), "--servicebus-port", FreePort()]
            : ["--cosmos-port", cosmosPort, "--servicebus-port", "0"];
        var start = new ProcessStartInfo(
            "dotnet",
            [
                assembly, "--urls", "http://127.0.0.1:0", .. services, "--signalr-port", FreePort(), "--blob-port", blobPort, "--data",
                directory,
            ]);
        start.Environment["Auth__SigningKey"] = AccessToken.SigningKey;
        foreach (var limit in RateLimits)
        {
            start.Environment[$"Limits__{limit}"] = "0";
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var began = Stopwatch.GetTimestamp();
        var (process, address) = await ServerProcess.StartAsync(start, "Web client ");
        using (var probe = Client(address))
        {
            while (await StatusAsync(probe) != HttpStatusCode.OK)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        }

        return new ChatServer(process, address, Stopwatch.GetElapsedTime(began)) { StartCpu = process.CpuTime };
    }

    public async Task<IPerson> ConnectAsync(string name)
    {
        var user = new User(Http, name);
        await user.ListenAsync();
        return user;
    }

    public Task<string> MeetAsync(IReadOnlyList<IPerson> people) =>
        ((User)people[0]).CreateAsync([.. people.Skip(1).Select(person => person.Name)]);

    public Task FillAsync(IPerson sender, string conversation, int count) =>
        Parallel.ForAsync(
            0, (count + Batch - 1) / Batch, new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce }, async (batch, _) =>
            {
                var messages = Enumerable.Range(batch * Batch, Math.Min(Batch, count - (batch * Batch)))
                    .Select(n => $$"""{"clientMessageId":"fill-{{n}}","text":"{{Filler.Text}}"}""");
                var sent = await ((User)sender).AskAsync(
                    "POST", $"/api/conversations/{conversation}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""");
                if (sent.GetProperty("results").EnumerateArray()
                    .Any(result => result.GetProperty("status").GetInt32() != (int)HttpStatusCode.Created))
                {
                    throw new InvalidOperationException("A message to fill a conversation was refused.");
                }
            });

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static HttpClient Client(Uri address) =>
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("/api/health");
        return answer.StatusCode;
    }
}
