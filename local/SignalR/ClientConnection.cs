using System.Buffers;
using System.Threading.Channels;
using Chat.Local.SignalR.Protocols;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Chat.Local.SignalR;

/// <summary>One client of a hub, whatever carries it: what waits to be sent, and whether it is still heard of.</summary>
/// <remarks>A send never waits: a client that doesn't read while more than 1 MB waits for it is dropped.</remarks>
internal sealed class ClientConnection : IDisposable
{
    private const int MaxWaitingBytes = 1024 * 1024;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    private readonly Channel<ReadOnlyMemory<byte>> _outgoing =
        Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });

    private static readonly TimeSpan MaxTimer = TimeSpan.FromDays(49);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _dropped;
    private readonly ITimer _pings;
    private readonly ITimer? _end;
    private readonly CancellationTokenRegistration _stopping;
    private long _waitingBytes;
    private long _lastHeard;
    private TransferFormat _carried = TransferFormat.Text | TransferFormat.Binary;
    private volatile bool _isOpen;
    private volatile bool _isAwaited;
    private volatile bool _isClosing;

    /// <param name="stopping">Fires when the host stops, which the client is told.</param>
    public ClientConnection(string id, Admission admission, TimeProvider time, CancellationToken stopping)
    {
        Id = id;
        UserId = admission.UserId;
        Since = time.GetUtcNow();
        _time = time;
        _lastHeard = time.GetTimestamp();
        _dropped = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Dropped = _dropped.Token;
        _pings = time.CreateTimer(static state => ((ClientConnection)state!).KeepAlive(), this, PingEvery, PingEvery);
        _end = admission.Until is { } until ? CloseAt(until - Since) : null;
        _stopping = stopping.UnsafeRegister(
            static state => ((ClientConnection)state!).Close("Connection closed: the service is stopping.", allowReconnect: true),
            this);
    }

    public string Id { get; }

    public string? UserId { get; }

    public DateTimeOffset Since { get; }

    /// <summary>Whether the handshake is done; it must be before the first ping is due.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Whether the last is said, and nothing that the client says matters any more.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>What the handshake settled; JSON until then.</summary>
    public ClientProtocol Protocol { get; private set; } = ClientProtocol.Json;

    /// <summary>Cancelled when the carrier is to let go at once.</summary>
    public CancellationToken Dropped { get; }

    /// <summary>The frames to send, for one reader at a time; ends when the connection is closed.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Outgoing => _outgoing.Reader;

    /// <summary>Whether a poll of the client waits, which shows that the client is there and needs no pings.</summary>
    public bool IsAwaited
    {
        set
        {
            _isAwaited = value;
            Heard();
        }
    }

    /// <summary>Whether the transport carries a protocol's format.</summary>
    public bool Carries(TransferFormat format) => (_carried & format) == format;

    /// <summary>The transport carries text alone.</summary>
    public void CarryTextOnly() => _carried = TransferFormat.Text;

    /// <summary>Answers the client's handshake; nothing else may be sent before.</summary>
    public void Open(ClientProtocol protocol)
    {
        Protocol = protocol;
        AnswerHandshake(HandshakeResponseMessage.Empty);
        _isOpen = true;
    }

    /// <summary>Answers the client's handshake with why it is refused, which ends the connection.</summary>
    public void Refuse(string error)
    {
        AnswerHandshake(new HandshakeResponseMessage(error));
        Complete();
    }

    public void Send(HubMessage message) => Send(Protocol.Write(message));

    public void Send(ReadOnlyMemory<byte> frame)
    {
        if (Interlocked.Add(ref _waitingBytes, frame.Length) - frame.Length > MaxWaitingBytes)
        {
            Drop();
        }
        else
        {
            _outgoing.Writer.TryWrite(frame);
        }
    }

    /// <summary>The carrier has passed this many bytes on.</summary>
    public void Sent(int bytes) => Interlocked.Add(ref _waitingBytes, -bytes);

    /// <summary>The client said something.</summary>
    public void Heard() => Volatile.Write(ref _lastHeard, _time.GetTimestamp());

    /// <summary>Says good-bye after what already waits; a client that doesn't take it is dropped after 5 s.</summary>
    /// <param name="error">What the client reports to its user; an orderly end when null.</param>
    /// <param name="allowReconnect">Whether a client that reconnects by itself should.</param>
    public void Close(string? error = null, bool allowReconnect = false)
    {
        Send(new CloseMessage(error, allowReconnect));
        Complete();
    }

    /// <summary>Nothing more is sent, as when the client has gone.</summary>
    public void Complete()
    {
        _isClosing = true;
        if (_outgoing.Writer.TryComplete())
        {
            _dropped.CancelAfter(CloseWithin);
        }
    }

    /// <summary>Breaks the connection off without a word, as a network does; whoever does that doesn't wait for the carrier.</summary>
    public void Drop() => _ = _dropped.CancelAsync();

    /// <summary>Ends the pings; a sender that still holds the connection may go on to send in vain or drop it.</summary>
    public void Dispose()
    {
        _pings.Dispose();
        _end?.Dispose();
        _stopping.Unregister();
    }

    private void AnswerHandshake(HandshakeResponseMessage answer)
    {
        var response = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteResponseMessage(answer, response);
        Send(response.WrittenMemory);
    }

    /// <summary>Timers take 49 days at most; tokens that last longer outlive every connection.</summary>
    private ITimer? CloseAt(TimeSpan left) => left > MaxTimer ? null : _time.CreateTimer(
        static state => ((ClientConnection)state!).Close("Connection closed: the authentication has expired.", allowReconnect: true),
        this,
        left > TimeSpan.Zero ? left : TimeSpan.Zero,
        Timeout.InfiniteTimeSpan);

    private void KeepAlive()
    {
        if (!_isOpen)
        {
            Drop();
        }
        else if (_isAwaited)
        {
            Heard();
        }
        else if (_time.GetElapsedTime(Volatile.Read(ref _lastHeard)) >= SilentFor)
        {
            Close("Connection closed: nothing was heard from the client for 30 seconds.", allowReconnect: true);
        }
        else
        {
            Send(Protocol.Ping);
        }
    }
}
