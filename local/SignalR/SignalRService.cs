using System.Collections.Concurrent;
using Chat.Local.Store;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.SignalR;

/// <summary>Azure SignalR Service in serverless mode: clients connect to <c>/client/</c>, the app sends through <c>ServerlessHub</c>.</summary>
/// <remarks>No replay, and no order between sends of which neither awaits the other. Users' groups are durable; connections and theirs end with it.</remarks>
internal sealed class SignalRService : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HubConnections> _hubs = new(StringComparer.OrdinalIgnoreCase);
    private readonly MembershipJournal _journal;
    private readonly Meter _meter;
    private readonly Faults _faults;
    private readonly TimeProvider _time;

    public SignalRService(LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        _journal = new MembershipJournal(store);
        _meter = meter;
        _faults = faults;
        _time = time;
        Tokens = new AccessTokens(time);
        foreach (var membership in _journal.Load())
        {
            Hub(membership.Hub).Restore(membership);
        }
    }

    public AccessTokens Tokens { get; }

    /// <summary>Maps <c>/client/</c> (negotiate, and the transports) on the host's own port.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        new ClientEndpoint(this, Tokens, _time, routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping).Map(routes);

    /// <summary>The hubs that were used, as an inspector sees them.</summary>
    public IReadOnlyList<HubReading> Read() => [.. _hubs.Values.OrderBy(hub => hub.Name, StringComparer.Ordinal).Select(hub => hub.Read())];

    public HubConnections Hub(string name) =>
        _hubs.GetOrAdd(name, static (name, service) => new HubConnections(name.ToLowerInvariant(), service._journal, service._time), this);

    public RestCalls Calls(TimeSpan timeout) => new(_meter, _faults, _time, timeout);

    /// <summary>The way of REST requests to the service.</summary>
    public HttpMessageHandler CreateHandler() => new RestApi(this, _time);

    /// <summary>Counts outgoing messages as Azure bills them: 2 KB each, for each recipient.</summary>
    public void CountMessages(int messages)
    {
        if (messages > 0)
        {
            _meter.Add("signalr", "message", messages);
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var hub in _hubs.Values)
        {
            foreach (var connection in hub.Find(new Address(Audience.All, hub.Name)))
            {
                connection.Drop();
            }
        }

        return default;
    }
}
