using System.Diagnostics;
using System.Globalization;

namespace Chat.Load.Servers;

/// <summary>Debian's ejabberd with every message archived in SQLite, as <c>benchmarks/ejabberd/setup.sh</c> starts it.</summary>
internal sealed class EjabberdServer : IServer
{
    private const int Pipelined = 100;

    private readonly Uri _address;
    private int _rooms;

    private EjabberdServer(ServerProcess process, Uri address)
    {
        (Process, _address) = (process, address);
    }

    public ServerProcess Process { get; }

    public static async Task<EjabberdServer> StartAsync(string directory)
    {
        var (process, address) = await ServerProcess.StartAsync(
            new ProcessStartInfo("bash", [Path.Combine("benchmarks", "ejabberd", "setup.sh"), directory]),
            "Listening ");
        return new EjabberdServer(process, address);
    }

    public async Task<IPerson> ConnectAsync(string name) => await XmppPerson.ConnectAsync(_address, name);

    /// <summary>The address of the other of two, or of a room that all have joined.</summary>
    public async Task<string> MeetAsync(IReadOnlyList<IPerson> people)
    {
        if (people.Count == 2)
        {
            return $"{people[1].Name}@localhost";
        }

        var room = string.Create(CultureInfo.InvariantCulture, $"room{++_rooms}@conference.localhost");
        await ((XmppPerson)people[0]).OpenAsync(room);
        foreach (var person in people.Skip(1))
        {
            await ((XmppPerson)person).JoinAsync(room);
        }

        return room;
    }

    public async Task FillAsync(IPerson sender, string conversation, int count)
    {
        var xmpp = (XmppPerson)sender;
        var began = XmppPerson.ArchiveNow();
        for (var n = 1; n <= count; n++)
        {
            await xmpp.SendAsync(conversation, string.Create(CultureInfo.InvariantCulture, $"fill-{n}"), Filler.Text);
            if (n % Pipelined == 0)
            {
                await xmpp.PingAsync();
            }
        }

        await Process.SettleAsync();
        XmppPerson.Filled = (began, XmppPerson.ArchiveNow());
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
