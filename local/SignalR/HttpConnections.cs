using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.SignalR;

/// <summary>
/// The connections that were negotiated, each by the token that only its client has, until it ends or goes on over a WebSocket.
/// </summary>
internal sealed class HttpConnections
{
    private readonly ConcurrentDictionary<string, HttpConnection> _connections = new(StringComparer.Ordinal);

    /// <summary>Takes a connection in. It ends by itself when its client doesn't shake hands in time.</summary>
    public void Add(string token, HttpConnection connection)
    {
        _connections[token] = connection;
        connection.Dropped.UnsafeRegister(_ => Remove(token), null);
    }

    public void Remove(string token)
    {
        if (_connections.TryRemove(token, out var connection))
        {
            connection.Dispose();
        }
    }

    public async Task ServeAsync(HttpContext context, string token, Admission admission)
    {
        if (!_connections.TryGetValue(token, out var connection))
        {
            context.Response.StatusCode = token.Length == 0 ? StatusCodes.Status400BadRequest : StatusCodes.Status404NotFound;
            await context.Response.WriteAsync(
                token.Length == 0 ? "Connection ID required" : "No Connection with that ID",
                context.RequestAborted);
            return;
        }

        if (await connection.ServeAsync(context, admission))
        {
            Remove(token);
        }
    }
}
