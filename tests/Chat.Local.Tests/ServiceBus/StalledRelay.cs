using System.Net;
using System.Net.Sockets;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>A port through which a client reaches another, and by which it seems to stop reading after so many bytes.</summary>
internal sealed class StalledRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpClient _server = new();
    private TcpClient? _client;

    public StalledRelay(int port, int bytes)
    {
        _listener.Start();
        _ = RelayAsync(port, bytes);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _client?.Dispose();
    }

    private async Task RelayAsync(int port, int bytes)
    {
        _client = await _listener.AcceptTcpClientAsync();
        await _server.ConnectAsync(IPAddress.Loopback, port);
        var sending = _client.GetStream().CopyToAsync(_server.GetStream());
        var buffer = new byte[1024];
        for (var left = bytes; left > 0;)
        {
            var read = await _server.GetStream().ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)));
            await _client.GetStream().WriteAsync(buffer.AsMemory(0, read));
            left -= read;
        }

        await sending;
    }
}
