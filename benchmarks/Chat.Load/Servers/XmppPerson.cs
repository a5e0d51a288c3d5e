using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Chat.Load.Servers;

/// <summary>
/// Someone with a connection to an XMPP server, without TLS, who looks for one thing at a time in what arrives and parses nothing.
/// </summary>
internal sealed class XmppPerson : IPerson
{
    private const string Open =
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";

    private readonly TcpClient _tcp = new() { NoDelay = true };
    private NetworkStream _stream = null!;
    private Expectation? _expected;
    private int _asked;

    private XmppPerson(string name)
    {
        Name = name;
    }

    public string Name { get; }

    /// <summary>When the conversation that is read was written, in the archive's positions: microseconds.</summary>
    public static (long From, long To) Filled { get; set; }

    public static long ArchiveNow() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    /// <summary>Connects with an account of that name, made if need be.</summary>
    public static async Task<XmppPerson> ConnectAsync(Uri address, string name)
    {
        var person = new XmppPerson(name);
        await person._tcp.ConnectAsync(address.Host, address.Port);
        person._stream = person._tcp.GetStream();
        _ = person.ReceiveAsync();
        await person.AskAsync(Open, "</stream:features>");
        await person.AskAsync(
            $"<iq type='set' id='register'><query xmlns='jabber:iq:register'><username>{name}</username><password>{name}</password>"
                + "</query></iq>",
            "id='register'");
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{name}\0{name}"));
        await person.AskAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{credentials}</auth>", "<success");
        await person.AskAsync(Open, "</stream:features>");
        await person.AskAsync("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", "id='bind'");
        await person.WriteAsync("<presence/>");
        await person.PingAsync();
        return person;
    }

    /// <summary>Makes a room, with the server's defaults.</summary>
    public async Task OpenAsync(string room)
    {
        await JoinAsync(room);
        var form = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>";
        await AskAsync($"<iq type='set' to='{room}' id='room'>{form}</iq>", "id='room'");
    }

    /// <summary>Joins a room; 110 is the status of one's own presence in it.</summary>
    public Task JoinAsync(string room) =>
        AskAsync($"<presence to='{room}/{Name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>", "code='110'");

    /// <summary>Waits until the server has taken what was sent before.</summary>
    public Task PingAsync()
    {
        var id = NextId();
        return AskAsync($"<iq type='get' to='localhost' id='{id}'><ping xmlns='urn:xmpp:ping'/></iq>", $"id='{id}'");
    }

    /// <summary>Sends a message; there is no answer to it.</summary>
    public Task SendAsync(string conversation, string id, string text)
    {
        var type = conversation.Contains("@conference.", StringComparison.Ordinal) ? "groupchat" : "chat";
        return WriteAsync($"<message type='{type}' to='{conversation}' id='{id}'><body>{text}</body></message>");
    }

    public Task ReceivesAsync(string id) => Expect($"id='{id}'");

    /// <summary>Asks one's own archive.</summary>
    public Task ReadPageAsync(string conversation, bool deep)
    {
        var id = NextId();
        var before = deep
            ? (Filled.From + ((Filled.To - Filled.From) * DeepPage.Before(_asked) / 10_000)).ToString(CultureInfo.InvariantCulture)
            : "";
        var page = $"<set xmlns='http://jabber.org/protocol/rsm'><max>50</max><before>{before}</before></set>";
        return AskAsync($"<iq type='set' id='{id}'><query xmlns='urn:xmpp:mam:2'>{page}</query></iq>", $"id='{id}'");
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return default;
    }

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"ask-{++_asked}");

    private async Task AskAsync(string text, string answer)
    {
        var answered = Expect(answer);
        await WriteAsync(text);
        await answered.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
    }

    private Task Expect(string token)
    {
        var expectation = new Expectation(Encoding.UTF8.GetBytes(token));
        Volatile.Write(ref _expected, expectation);
        return expectation.Seen.Task;
    }

    private async Task WriteAsync(string text) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>What is looked for may be cut in two, so that the end of what came before is looked at again.</summary>
    private async Task ReceiveAsync()
    {
        const int Overlap = 128;
        var buffer = new byte[32 * 1024];
        var kept = 0;
        try
        {
            for (int received; (received = await _stream.ReadAsync(buffer.AsMemory(kept))) > 0;)
            {
                var length = kept + received;
                if (Volatile.Read(ref _expected) is { } expected && buffer.AsSpan(0, length).IndexOf(expected.Token) >= 0)
                {
                    // What was seen once isn't found again where the next is as what came before.
                    kept = 0;
                    expected.Seen.TrySetResult();
                    continue;
                }

                kept = Math.Min(length, Overlap);
                buffer.AsSpan(length - kept, kept).CopyTo(buffer);
            }

            _expected?.Seen.TrySetException(new IOException("The server closed a connection."));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            _expected?.Seen.TrySetException(exception);
        }
    }

    private sealed record Expectation(byte[] Token)
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
