using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>A client with nothing between the test and the wire but the framework's JSON protocol.</summary>
internal sealed class HubClient : IDisposable
{
    private static readonly JsonHubProtocol Protocol = new();

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private ReadOnlySequence<byte> _received;

    private HubClient()
    {
    }

    public static async Task<HubClient> ConnectAsync(Negotiated negotiated, string? connectionToken = null)
    {
        var client = await OpenAsync(negotiated, connectionToken);
        Assert.Equal("{}", await client.HandshakeAsync("""{"protocol":"json","version":1}"""));
        return client;
    }

    /// <summary>The socket alone, before the handshake.</summary>
    public static async Task<HubClient> OpenAsync(Negotiated negotiated, string? connectionToken = null)
    {
        var client = new HubClient();
        var url = negotiated.Url.Replace("http://", "ws://", StringComparison.Ordinal) + (
            connectionToken is null ? "" : $"&id={connectionToken}");
        client._socket.Options.SetRequestHeader("Authorization", "Bearer " + negotiated.AccessToken);
        client._socket.Options.CollectHttpResponseDetails = true;
        await client._socket.ConnectAsync(new Uri(url), CancellationToken.None).WaitAsync(Eventually.Timeout);
        return client;
    }

    public async Task<string> HandshakeAsync(string request)
    {
        await SendAsync(request);
        while (true)
        {
            if (_received.PositionOf((byte)0x1e) is { } end)
            {
                var response = Encoding.UTF8.GetString(_received.Slice(0, end));
                _received = _received.Slice(_received.GetPosition(1, end));
                return response;
            }

            Assert.True(await ReceiveAsync(), "The connection ended before the answer to the handshake.");
        }
    }

    public Task SendAsync(string frame) => SendRawAsync(frame + '\u001e');

    public Task SendRawAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    /// <summary>The next message other than a ping; null at the end of the connection.</summary>
    public async Task<HubMessage?> NextAsync(bool pings = false)
    {
        while (true)
        {
            if (Protocol.TryParseMessage(ref _received, new AnyArguments(), out var message))
            {
                if (message is not PingMessage || pings)
                {
                    return message;
                }
            }
            else if (!await ReceiveAsync())
            {
                return null;
            }
        }
    }

    /// <summary>The next message, which is a call, as <c>method(arguments)</c>.</summary>
    public async Task<string> NextCallAsync()
    {
        var call = Assert.IsAssignableFrom<InvocationMessage>(await NextAsync());
        var arguments = call.Arguments.Select(argument => argument is JsonElement json ? json.GetRawText() : "null");
        return $"{call.Target}({string.Join(',', arguments)})";
    }

    public Task CloseAsync() =>
        _socket.CloseAsync(
            WebSocketCloseStatus.NormalClosure,
            statusDescription: null,
            CancellationToken.None).WaitAsync(Eventually.Timeout);

    /// <summary>Vanishes without a word, unless closed before.</summary>
    public void Dispose() => _socket.Dispose();

    private async Task<bool> ReceiveAsync()
    {
        try
        {
            var result = await _socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(Eventually.Timeout);
            byte[] bytes = [.. _received.ToArray(), .. _buffer.AsSpan(0, result.Count)];
            _received = new ReadOnlySequence<byte>(bytes);
            return result.MessageType != WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            return false;
        }
        catch (TimeoutException)
        {
            Assert.Fail(
                $"Expected something from the service within {Eventually.Timeout.TotalSeconds} s; "
                    + $"waiting to be parsed: '{Encoding.UTF8.GetString(_received)}'.");
            throw;
        }
    }

    private sealed class AnyArguments : IInvocationBinder
    {
        public IReadOnlyList<Type> GetParameterTypes(string methodName) =>
            methodName == "Two" ? [typeof(JsonElement?), typeof(JsonElement?)] : [typeof(JsonElement?)];

        public Type GetReturnType(string invocationId) => typeof(object);

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
