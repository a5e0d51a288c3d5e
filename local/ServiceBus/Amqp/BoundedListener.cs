using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Azure.Amqp.Transport;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>Accepts connections on this machine's loopback address: a bounded number, each of which must soon have shaken hands.</summary>
/// <remarks>It listens by itself, because the library's listener would share a port with whoever else lets it.</remarks>
internal sealed class BoundedListener : TransportListener, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<string, ITimer> _handshakes = new(StringComparer.Ordinal);
    private readonly int _maxConnections;
    private readonly TimeProvider _time;
    private int _connections;

    /// <exception cref="SocketException">The port is taken, or not for this user.</exception>
    public BoundedListener(int port, int maxConnections, TimeProvider time)
        : base("loopback")
    {
        _maxConnections = maxConnections;
        _time = time;
        try
        {
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            _socket.Listen();
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Lets a connection that has opened live on.</summary>
    public void Established(string client)
    {
        if (_handshakes.TryRemove(client, out var handshake))
        {
            handshake.Dispose();
        }
    }

    public void Dispose() => Abort();

    protected override void OnListen() => _ = AcceptAsync();

    protected override bool CloseInternal()
    {
        _socket.Dispose();
        return true;
    }

    protected override void AbortInternal() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                Accept(await _socket.AcceptAsync());
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // This client is gone again, or the process has no more files to open.
                await Task.Delay(PauseAfterFailure, _time);
            }
        }
    }

    private void Accept(Socket socket)
    {
        var transport = new SocketTransport(socket);
        if (Interlocked.Increment(ref _connections) > _maxConnections)
        {
            Interlocked.Decrement(ref _connections);
            transport.Abort();
            return;
        }

        var client = transport.RemoteEndPoint;
        _handshakes[client] = _time.CreateTimer(_ => transport.Abort(), null, Patience, Timeout.InfiniteTimeSpan);
        transport.SafeAddClosed((_, _) =>
        {
            Interlocked.Decrement(ref _connections);
            Established(client);
        });
        transport.Open();
        OnTransportAccepted(new TransportAsyncCallbackArgs { Transport = transport });
    }
}
