using System.Buffers;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Chat.Local.SignalR;

/// <summary>Carries a connection over a WebSocket, one message a frame, until either side ends it.</summary>
internal sealed class WebSocketCarrier(WebSocket socket, ClientConnection connection, ClientInput input)
{
    public async Task RunAsync()
    {
        try
        {
            var sending = SendAsync();
            try
            {
                await ReceiveAsync();
            }
            finally
            {
                await sending;
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // The client went without saying so, or was dropped.
            socket.Abort();
        }
    }

    private async Task SendAsync()
    {
        await foreach (var frame in connection.Outgoing.ReadAllAsync(connection.Dropped))
        {
            var type = connection.Protocol.Format == TransferFormat.Binary ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            await socket.SendAsync(frame, type, endOfMessage: true, connection.Dropped);
            connection.Sent(frame.Length);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, connection.Dropped);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await ReceivedAsync())
            {
            }
        }
        finally
        {
            connection.Complete();
        }
    }

    /// <summary>Takes what comes next; false when that is the end. While nothing comes, it holds no buffer.</summary>
    private async ValueTask<bool> ReceivedAsync()
    {
        if ((await socket.ReceiveAsync(Memory<byte>.Empty, connection.Dropped)).MessageType == WebSocketMessageType.Close)
        {
            return false;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), connection.Dropped);
            input.Read(buffer.AsSpan(0, received.Count));
            return received.MessageType != WebSocketMessageType.Close;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
