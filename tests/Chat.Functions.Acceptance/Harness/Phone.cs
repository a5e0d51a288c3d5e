using System.Net.WebSockets;
using System.Text.Json;
using Xunit.Sdk;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>A device that connects again whenever its connection ends, and fetches what it sees that it missed.</summary>
internal sealed class Phone : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<Person> _owner;
    private readonly List<EventStream> _streams = [];
    private readonly CancellationTokenSource _off = new();
    private readonly Task _connecting;

    /// <param name="owner">Whose it is, through whichever instance answers next.</param>
    public Phone(Func<Person> owner)
    {
        _owner = owner;
        _connecting = StayConnectedAsync();
    }

    public bool IsConnected
    {
        get
        {
            lock (_lock)
            {
                return _streams is [.., { IsOpen: true }];
            }
        }
    }

    /// <summary>How often it has connected.</summary>
    public int Connections
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Every event that was ever pushed.</summary>
    public List<JsonElement> Events()
    {
        lock (_lock)
        {
            return [.. _streams.SelectMany(stream => stream.Events())];
        }
    }

    /// <summary>The messages that were ever pushed, by their place in the conversation.</summary>
    public SortedDictionary<long, MessageJson> Pushed(string conversation)
    {
        List<EventStream> streams;
        lock (_lock)
        {
            streams = [.. _streams];
        }

        var pushed = new SortedDictionary<long, MessageJson>();
        foreach (var message in streams.SelectMany(stream => stream.Messages(conversation)))
        {
            if (!pushed.TryAdd(message.Seq, message) && pushed[message.Seq] != message)
            {
                throw new XunitException(
                    $"{_owner().Name} was pushed two messages in place {message.Seq}: {pushed[message.Seq]} and {message}");
            }
        }

        return pushed;
    }

    /// <summary>What its owner sees: what was pushed, with the holes up to there filled.</summary>
    public async Task<List<MessageJson>> SeesAsync(string conversation)
    {
        var seen = Pushed(conversation);
        for (var next = 1L; seen.Count > 0 && next <= seen.Keys.Last(); next++)
        {
            if (seen.ContainsKey(next))
            {
                continue;
            }

            var page = await _owner().MessagesAsync(conversation, $"afterSeq={next - 1}");
            foreach (var message in page.Messages)
            {
                seen.TryAdd(message.Seq, message);
            }

            next = Math.Max(next, page.ToSeq);
        }

        return [.. seen.Values];
    }

    public async ValueTask DisposeAsync()
    {
        await _off.CancelAsync();
        foreach (var stream in _streams.ToList())
        {
            await stream.DisposeAsync();
        }

        await _connecting;
        _off.Dispose();
    }

    private async Task StayConnectedAsync()
    {
        while (!_off.IsCancellationRequested)
        {
            try
            {
                var stream = await _owner().ListenAsync();
                lock (_lock)
                {
                    _streams.Add(stream);
                }

                await stream.Ended.WaitAsync(_off.Token);
            }
            catch (Exception exception) when (
                exception is HttpRequestException or WebSocketException or XunitException or OperationCanceledException or TimeoutException)
            {
                // No connection this time.
                await Task.Delay(
                    TimeSpan.FromMilliseconds(50),
                    TimeProvider.System,
                    _off.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
