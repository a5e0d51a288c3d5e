using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>A client that sends any bytes, and sees the frames that come.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static ReadOnlySpan<byte> Header => "AMQP\0\x1\0\0"u8;

    public static ReadOnlySpan<byte> SaslHeader => "AMQP\x3\x1\0\0"u8;

    public static async Task<RawClient> DialAsync(int port)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    /// <summary>One that has opened a connection, for whose silence the server may wait so long.</summary>
    public static async Task<RawClient> OpenAsync(int port, TimeSpan idle)
    {
        var client = await DialAsync(port);
        var timeout = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(timeout, (uint)idle.TotalMilliseconds);
        byte[] open = [.. Header, .. Frame([0x00, 0x53, 0x10, 0xC0, 12, 5, 0xA1, 1, (byte)'x', 0x40, 0x40, 0x40, 0x70, .. timeout])];
        await client.SendAsync(open);
        await client.ReadAsync(Header.Length);
        return client;
    }

    /// <summary>A frame of channel 0 with a body.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> body)
    {
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length);
        frame[4] = 2;
        body.CopyTo(frame.AsSpan(8));
        return frame;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // The server has had enough, which the test will see when it reads.
        }
    }

    /// <summary>The body of the next frame; null once the server has ended the connection.</summary>
    public async Task<string?> ReadFrameAsync()
    {
        var size = await ReadAsync(4);
        return size is null || await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(size) - 4) is not { } rest
            ? null
            : Encoding.Latin1.GetString(rest.AsSpan(4));
    }

    /// <summary>Reads until the server has ended the connection, in order or not, and returns what there was.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var read = new StringBuilder();
        while (await ReadAsync(1) is { } next)
        {
            read.Append((char)next[0]);
        }

        return read.ToString();
    }

    public void Dispose() => _socket.Dispose();

    private async Task<byte[]?> ReadAsync(int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            try
            {
                var read = await _socket.ReceiveAsync(bytes.AsMemory(at)).AsTask().WaitAsync(SignalR.Eventually.Timeout);
                if (read == 0)
                {
                    return null;
                }

                at += read;
            }
            catch (SocketException)
            {
                return null;
            }
        }

        return bytes;
    }
}
