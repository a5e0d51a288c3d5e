using System.Net.WebSockets;
using System.Text;

namespace Chat.Load;

/// <summary>A SignalR connection that looks for one message at a time in the bytes that arrive, without parsing them.</summary>
internal sealed class Device : IAsyncDisposable
{
    private static readonly byte[] Handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e");
    private static readonly byte[] Ping = Encoding.UTF8.GetBytes("{\"type\":6}\u001e");
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(10);

    private readonly ClientWebSocket _socket;
    private readonly Task _receiving;
    private readonly ITimer _pings;
    private Arrival? _expected;

    private Device(ClientWebSocket socket)
    {
        _socket = socket;
        _receiving = ReceiveAsync();
        _pings = TimeProvider.System.CreateTimer(
            _ => _ = _socket.SendAsync(Ping, WebSocketMessageType.Text, true, CancellationToken.None),
            null,
            PingEvery,
            PingEvery);
    }

    public static async Task<Device> ConnectAsync(string url, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        var address = new UriBuilder(url) { Scheme = "ws" };
        address.Query += $"&access_token={token}";
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        await socket.SendAsync(Handshake, WebSocketMessageType.Text, true, CancellationToken.None);
        return new Device(socket);
    }

    /// <summary>
    /// What the last message that was waited for weighs, in bytes, with what else was in its frame; WebSocket's own few bytes not
    /// counted.
    /// </summary>
    public int Weight { get; private set; }

    /// <summary>Completes when the message has arrived. Ask before sending it, and for one at a time.</summary>
    public Task ReceivesAsync(string clientMessageId)
    {
        var arrival = new Arrival(Encoding.UTF8.GetBytes($"\"{clientMessageId}\""));
        Volatile.Write(ref _expected, arrival);
        return arrival.Seen.Task;
    }

    /// <summary>Sends a frame of SignalR's protocol.</summary>
    public Task SendAsync(string frame) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes($"{frame}\u001e"), WebSocketMessageType.Text, true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _pings.DisposeAsync();
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    throw new InvalidOperationException($"The backend closed a connection: {_socket.CloseStatusDescription}");
                }

                length += received.Count;
                if (received.EndOfMessage)
                {
                    Look(buffer.AsSpan(0, length));
                    length = 0;
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _expected?.Seen.TrySetException(exception);
        }
    }

    private void Look(ReadOnlySpan<byte> message)
    {
        if (Volatile.Read(ref _expected) is { } expected && message.IndexOf(expected.Id) >= 0)
        {
            Weight = message.Length;
            expected.Seen.TrySetResult();
        }
    }

    private sealed record Arrival(byte[] Id)
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
