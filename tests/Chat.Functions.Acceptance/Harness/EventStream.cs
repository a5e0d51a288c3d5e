using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A connected device: keeps every event that reaches it, in the order of arrival.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonElement> _events = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _receiving;

    private EventStream(ClientWebSocket socket)
    {
        _socket = socket;
        _receiving = ReceiveAsync();
        _ = PingAsync();
    }

    public bool IsOpen => _socket.State == WebSocketState.Open;

    /// <summary>Ends with the connection.</summary>
    public Task Ended => _receiving;

    public static async Task<EventStream> ConnectAsync(string url, string token)
    {
        var socket = new ClientWebSocket();
        var address = new UriBuilder(url) { Scheme = "ws" };
        address.Query += $"&access_token={token}";
        await socket.ConnectAsync(address.Uri, CancellationToken.None);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"),
            WebSocketMessageType.Text,
            true,
            CancellationToken.None);
        var stream = new EventStream(socket);
        await stream._opened.Task.WaitAsync(Eventually.Timeout);
        return stream;
    }

    /// <summary>What arrived so far.</summary>
    public List<JsonElement> Events()
    {
        lock (_events)
        {
            return [.. _events];
        }
    }

    /// <summary>The messages that arrived so far, as events show them.</summary>
    public List<MessageJson> Messages(string conversation) =>
        [.. Events()
            .Where(one => one.GetProperty("type").GetString() == "message.created"
                && one.GetProperty("conversationId").GetString() == conversation)
            .Select(one => one.GetProperty("data").Deserialize<MessageJson>(JsonSerializerOptions.Web)!)];

    /// <summary>Waits until an event of this type has arrived for a conversation, and tells what the latest says.</summary>
    public async Task<T> ToldAsync<T>(string conversation, string type, Func<T, bool> isRight)
    {
        var told = await Eventually.HoldsAsync(
            () => Events()
                .Where(one => one.GetProperty("type").GetString() == type && one.GetProperty("conversationId").GetString() == conversation)
                .Select(one => one.GetProperty("data").Deserialize<T>(JsonSerializerOptions.Web)!)
                .LastOrDefault(),
            seen => seen is not null && isRight(seen),
            $"a push of {type}");
        return told!;
    }

    /// <summary>Waits until a message with this text has arrived.</summary>
    public async Task<MessageJson> ReceivesAsync(string conversation, string text) =>
        (await Eventually.HoldsAsync(
            () => Messages(conversation), all => all.Exists(message => message.Text == text), $"a push of '{text}'"))
        .First(message => message.Text == text);

    /// <summary>What was pushed before now: its owner has something told to their own devices, and waits until that has arrived.</summary>
    /// <param name="owner">Whose device it is.</param>
    /// <param name="own">A conversation of theirs.</param>
    public async Task<List<JsonElement>> EventsBeforeNowAsync(Person owner, string own)
    {
        var text = Guid.NewGuid().ToString("N");
        await owner.PreferAsync(own, new { draft = new { text } });
        await ReceivesEventAsync(
            "conversation.preferences.updated",
            data => data.GetProperty("draft").GetProperty("text").GetString() == text);
        return Events();
    }

    /// <summary>Waits until an event of this type has arrived; its data.</summary>
    public async Task<JsonElement> ReceivesEventAsync(string type, Func<JsonElement, bool>? which = null)
    {
        bool IsIt(JsonElement one) => one.GetProperty("type").GetString() == type && which?.Invoke(one.GetProperty("data")) != false;
        return (await Eventually.HoldsAsync(Events, all => all.Exists(IsIt), $"an event {type}")).First(IsIt).GetProperty("data");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    /// <summary>
    /// Says that it is there, as clients do: the service closes connections that are silent for 30 s. It does so often, as the service's
    /// time may jump.
    /// </summary>
    private async Task PingAsync()
    {
        try
        {
            while (!_receiving.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
                await _socket.SendAsync("{\"type\":6}\u001e"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
            }
        }
        catch (Exception exception) when (
            exception is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The connection ended.
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                foreach (var one in buffer.AsSpan(0, received.Count))
                {
                    if (one != 0x1e)
                    {
                        text.WriteByte(one);
                        continue;
                    }

                    Take(text.ToArray());
                    text.SetLength(0);
                }
            }
        }
        catch (WebSocketException)
        {
            // The connection ended; what arrived before stays.
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // It was ended here: during a receive, or between two.
        }
        finally
        {
            _opened.TrySetException(new WebSocketException("The connection ended before the answer to the handshake."));
        }
    }

    private void Take(byte[] frame)
    {
        _opened.TrySetResult();
        var message = JsonDocument.Parse(frame).RootElement;
        if (message.TryGetProperty("target", out var target) && target.GetString() == "events")
        {
            lock (_events)
            {
                _events.AddRange(message.GetProperty("arguments")[0].EnumerateArray());
            }
        }
    }
}
