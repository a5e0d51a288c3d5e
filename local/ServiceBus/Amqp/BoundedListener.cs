using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Azure.Amqp.Transport;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>Accepts connections on this machine's loopback address: a bounded number, each of which must soon have shaken hands.</summary>
internal sealed class BoundedListener(int port, TimeProvider time) : TransportListener("loopback")
{
    private const int MaxConnections = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TcpTransportListener _sockets = new(new TcpTransportSettings { Host = IPAddress.Loopback.ToString(), Port = port });
    private readonly ConcurrentDictionary<string, ITimer> _handshakes = new(StringComparer.Ordinal);
    private int _connections;

    /// <summary>The port if nobody listens there, or any such for 0. The library's own sockets would share it with somebody.</summary>
    /// <exception cref="SocketException">It is taken, or not for this user.</exception>
    public static int Free(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Lets a connection that has opened live on.</summary>
    public void Established(string client)
    {
        if (_handshakes.TryRemove(client, out var handshake))
        {
            handshake.Dispose();
        }
    }

    protected override void OnListen() => _sockets.Listen((_, args) => Accept(args));

    protected override bool CloseInternal()
    {
        _sockets.Close();
        return true;
    }

    protected override void AbortInternal() => _sockets.Abort();

    private void Accept(TransportAsyncCallbackArgs args)
    {
        var transport = args.Transport;
        if (Interlocked.Increment(ref _connections) > MaxConnections)
        {
            Interlocked.Decrement(ref _connections);
            transport.Abort();
            return;
        }

        var client = transport.RemoteEndPoint;
        _handshakes[client] = time.CreateTimer(_ => transport.Abort(), null, Patience, Timeout.InfiniteTimeSpan);
        transport.SafeAddClosed((_, _) =>
        {
            Interlocked.Decrement(ref _connections);
            Established(client);
        });
        OnTransportAccepted(args);
    }
}
