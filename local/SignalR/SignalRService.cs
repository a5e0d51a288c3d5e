using System.Collections.Concurrent;
using System.Globalization;
using Chat.Local.SignalR.Rest;
using Chat.Local.Store;

namespace Chat.Local.SignalR;

/// <summary>
/// Azure SignalR Service in serverless mode: clients connect to <c>/client/</c>, apps call its REST API, in process or on a port.
/// </summary>
/// <remarks>
/// No replay, and no order between sends of which neither awaits the other. Users' groups are durable; connections and theirs end with
/// it.
/// </remarks>
internal sealed class SignalRService : IAsyncDisposable
{
    /// <summary>The emulator's key, which is public.</summary>
    private const string WellKnownKey = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH";

    private readonly ConcurrentDictionary<string, HubConnections> _hubs = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping = new();
    private readonly MembershipJournal _journal;
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly AccessTokens _tokens;
    private readonly RestApi _api;
    private SignalRPort? _port;
    private string[] _origins = [];

    public SignalRService(LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        _journal = new MembershipJournal(store);
        _meter = meter;
        _time = time;
        _tokens = new AccessTokens(WellKnownKey, time);
        _api = new RestApi(this, _tokens, new RestFaults(meter, faults, time));
        foreach (var membership in _journal.Load())
        {
            Hub(membership.Hub).Restore(membership);
        }
    }

    /// <summary>Where it listens; null when it doesn't, so that no client can connect.</summary>
    public Uri? Address => _port?.Address;

    /// <summary>How apps reach it, in the words of the package.</summary>
    public string ConnectionString
    {
        get
        {
            var port = Address is null ? "" : string.Create(CultureInfo.InvariantCulture, $"Port={Address.Port};");
            return $"Endpoint=http://localhost;{port}AccessKey={WellKnownKey};Version=1.0;";
        }
    }

    /// <summary>Listens on http://localhost:port, on a free port for 0, until it is disposed; false when the port is taken.</summary>
    public async Task<bool> ListenAsync(int port, CancellationToken cancellationToken)
    {
        var clients = new ClientEndpoint(this, _tokens, _time, _stopping.Token);
        _port = await SignalRPort.StartAsync(
            clients,
            _api,
            origin => _origins.Contains("*") || _origins.Contains(origin),
            port,
            cancellationToken);
        return _port is not null;
    }

    /// <summary>Pages of these origins may connect, besides those of this machine.</summary>
    public void AllowOrigins(string[] origins) => _origins = origins;

    /// <summary>The way of REST requests to the service.</summary>
    public HttpMessageHandler CreateHandler() => new InProcessHandler(_api);

    /// <summary>The hubs that were used, as an inspector sees them.</summary>
    public IReadOnlyList<HubReading> Read() => [.. _hubs.Values.OrderBy(hub => hub.Name, StringComparer.Ordinal).Select(hub => hub.Read())];

    public HubConnections Hub(string name) =>
        _hubs.GetOrAdd(name, static (name, service) => new HubConnections(name.ToLowerInvariant(), service._journal, service._time), this);

    /// <summary>Counts outgoing messages as Azure bills them: 2 KB each, for each recipient.</summary>
    public void CountMessages(int messages)
    {
        if (messages > 0)
        {
            _meter.Add("signalr", "message", messages);
        }
    }

    /// <summary>Tells clients good-bye, and drops those that stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_port is not null)
        {
            await _port.DisposeAsync();
        }

        foreach (var connection in _hubs.Values.SelectMany(hub => hub.Find(new Address(Audience.All, hub.Name))))
        {
            connection.Drop();
        }

        _stopping.Dispose();
    }
}
