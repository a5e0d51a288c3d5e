using System.Collections.Concurrent;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Local.SignalR;

/// <summary>Azure SignalR Service in serverless mode: clients connect to <c>/client/</c>, the app sends through <c>ServerlessHub</c>.</summary>
/// <remarks>No replay, and no order between sends of which neither awaits the other. It forgets everything when it ends.</remarks>
internal sealed class SignalRService(Meter meter, Faults faults, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HubConnections> _hubs = new(StringComparer.OrdinalIgnoreCase);

    public AccessTokens Tokens { get; } = new(time);

    /// <summary>Maps <c>/client/</c> (negotiate, and the transports) on the host's own port.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        new ClientEndpoint(this, Tokens, time, routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping).Map(routes);

    /// <summary>The hubs that were used, as an inspector sees them.</summary>
    public IReadOnlyList<HubReading> Read() => [.. _hubs.Values.OrderBy(hub => hub.Name, StringComparer.Ordinal).Select(hub => hub.Read())];

    public HubConnections Hub(string name) =>
        _hubs.GetOrAdd(name, static (name, time) => new HubConnections(name.ToLowerInvariant(), time), time);

    public RestCalls Calls(TimeSpan timeout) => new(meter, faults, time, timeout);

    /// <summary>Counts outgoing messages as Azure bills them: 2 KB each, for each recipient.</summary>
    public void CountMessages(int messages)
    {
        if (messages > 0)
        {
            meter.Add("signalr", "message", messages);
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
