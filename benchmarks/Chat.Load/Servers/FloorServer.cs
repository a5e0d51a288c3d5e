using System.Diagnostics;
using System.Globalization;

namespace Chat.Load.Servers;

/// <summary>The least that such a server does: HTTP, SQLite and a SignalR hub, without users, rules, lists and unread counts.</summary>
internal sealed class FloorServer : IServer
{
    private const int SendersAtOnce = 100;

    private readonly HttpClient _http;
    private int _conversations;

    private FloorServer(ServerProcess process, Uri address)
    {
        Process = process;
        _http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
    }

    public ServerProcess Process { get; }

    public static async Task<FloorServer> StartAsync(string assembly, string directory)
    {
        var (process, address) = await ServerProcess.StartAsync(new ProcessStartInfo("dotnet", [assembly, directory]), "Listening ");
        return new FloorServer(process, address);
    }

    public async Task<IPerson> ConnectAsync(string name) =>
        new FloorPerson(_http, name, await Device.ConnectAsync(new Uri(_http.BaseAddress!, "/hub").ToString(), ""));

    public async Task<string> MeetAsync(IReadOnlyList<IPerson> people)
    {
        var conversation = string.Create(CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref _conversations)}");
        await Task.WhenAll(people.Select(person => ((FloorPerson)person).JoinAsync(conversation)));
        return conversation;
    }

    public Task FillAsync(IPerson sender, string conversation, int count) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = SendersAtOnce }, async (n, _) =>
            await sender.SendAsync(conversation, string.Create(CultureInfo.InvariantCulture, $"fill-{n}"), Filler.Text));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
