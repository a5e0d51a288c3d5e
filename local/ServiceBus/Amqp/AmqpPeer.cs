using System.Collections.Concurrent;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Transport;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>A client's connection: what it may use, where it wants its answers, and whether it keeps up with what it is sent.</summary>
internal sealed class AmqpPeer : AmqpConnection
{
    private const int FrameHeader = 8;

    /// <summary>How long a connection may have no link, and how long it may leave what it is sent unread.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TransportBase _transport;
    private readonly AmqpLimits _limits;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, SasToken> _tokens = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<AmqpLink, string> _links = new();
    private readonly ConcurrentDictionary<string, SendingAmqpLink> _replies = new(StringComparer.Ordinal);
    private readonly ITimer _watch;
    private TaskCompletionSource? _writable;
    private long _idleSince;

    public AmqpPeer(
        TransportBase transport,
        ProtocolHeader header,
        AmqpSettings settings,
        AmqpConnectionSettings connection,
        AmqpLimits limits,
        TimeProvider time)
        : base(transport, header, isInitiator: false, settings, connection)
    {
        _transport = transport;
        _limits = limits;
        _time = time;
        _idleSince = time.GetTimestamp();
        _watch = time.CreateTimer(_ => Watch(), null, Patience / 2, Patience / 2);
        Closed += (_, _) =>
        {
            _watch.Dispose();
            _writable?.TrySetResult();
        };
    }

    public int MaxUnsettled => _limits.Unsettled;

    /// <summary>Done once the client has read enough to be sent more.</summary>
    public Task WhenWritable => _writable?.Task ?? Task.CompletedTask;

    public void Accept(SasToken token) => _tokens[token.Path] = token;

    /// <summary>Counts a link in; one with a path needs a token for it.</summary>
    /// <exception cref="UnauthorizedAccessException">The client has no token for it.</exception>
    public void Admit(AmqpLink link, string? path)
    {
        if (_links.Count >= _limits.Links)
        {
            throw new AmqpException(AmqpErrorCode.ResourceLimitExceeded, $"A connection has at most {_limits.Links} links.");
        }

        if (path is not null && !IsAuthorized(path))
        {
            throw new UnauthorizedAccessException($"Unauthorized access. A token for {path} is required to perform this operation.");
        }

        _links[link] = path ?? "";
        link.SafeAddClosed((_, _) =>
        {
            _links.TryRemove(link, out _);
            Volatile.Write(ref _idleSince, _time.GetTimestamp());
        });
    }

    /// <summary>Takes the link over which a node's answers go to an address of the client's.</summary>
    public void AddReplies(string node, SendingAmqpLink link)
    {
        // Some clients name no address, and then mean the link.
        string[] keys = [Key(node, link.Name), Key(node, (link.Settings.Target as Target)?.Address?.ToString() ?? link.Name)];
        foreach (var key in keys)
        {
            _replies[key] = link;
        }

        link.SafeAddClosed((_, _) =>
        {
            foreach (var key in keys)
            {
                _replies.TryRemove(KeyValuePair.Create(key, link));
            }
        });
    }

    public SendingAmqpLink? FindReplies(string node, string? replyTo) => _replies.GetValueOrDefault(Key(node, replyTo ?? ""));

    protected override void OnFrameBuffer(ByteBuffer buffer)
    {
        try
        {
            Measure(buffer);
            base.OnFrameBuffer(buffer);
        }
        catch (Exception malformed)
        {
            // It is told why. For its answer nobody waits, who doesn't keep to the protocol.
            SafeClose(malformed);
            _transport.SafeClose();
            Abort();
        }
    }

    protected override void HandleIoEvent(IoEvent ioEvent)
    {
        if (ioEvent == IoEvent.WriteBufferQueueFull)
        {
            var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _writable = full;
            _ = GiveUpAsync(full.Task);
        }
        else
        {
            Interlocked.Exchange(ref _writable, null)?.TrySetResult();
        }

        base.HandleIoEvent(ioEvent);
    }

    /// <exception cref="AmqpException">The frame holds something that would be dangerous to decode.</exception>
    private static void Measure(ByteBuffer buffer)
    {
        if (buffer.Length > FrameHeader)
        {
            var frame = buffer.Buffer.AsSpan(buffer.Offset, buffer.Length);
            var performative = frame[4] * 4;
            Messages.AmqpValue.Measure(performative <= frame.Length ? frame[performative..] : []);
        }
    }

    private static string Key(string node, string replyTo) => $"{node}\n{replyTo}";

    private bool IsAuthorized(string path) => _tokens.Values.Any(token => token.Expires > _time.GetUtcNow() && token.Covers(path));

    private void Watch()
    {
        foreach (var (link, path) in _links)
        {
            if (path.Length > 0 && !IsAuthorized(path))
            {
                link.SafeClose(new AmqpException(AmqpErrorCode.UnauthorizedAccess, "ExpiredToken: The token is expired."));
            }
        }

        if (_links.IsEmpty && _time.GetElapsedTime(Volatile.Read(ref _idleSince)) >= Patience)
        {
            SafeClose(new AmqpException(
                AmqpErrorCode.ConnectionForced,
                $"The connection was inactive for more than the allowed {Patience.TotalMilliseconds} milliseconds and is closed."));
        }
    }

    private async Task GiveUpAsync(Task writable)
    {
        try
        {
            await writable.WaitAsync(Patience, _time);
        }
        catch (TimeoutException)
        {
            Abort();
        }
    }
}
