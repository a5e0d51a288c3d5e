using System.Collections.Concurrent;
using System.Net.Sockets;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Sasl;
using Microsoft.Azure.Amqp.Transaction;
using Microsoft.Azure.Amqp.Transport;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>
/// The namespace over AMQP 1.0 on a port of this machine: for tools, other languages, and whoever wants the unmodified client.
/// </summary>
internal sealed class AmqpPort : IRuntimeProvider, IAsyncDisposable
{
    private const uint MaxFrameSize = 64 * 1024;
    private const ushort MaxSessions = 1000;
    private const uint MaxLinksOfSession = 255;

    private static readonly AmqpVersion Version = new(1, 0, 0);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ServiceBusNamespace _bus;
    private readonly TimeProvider _time;
    private readonly AmqpLimits _limits;
    private readonly BoundedListener _connections;
    private readonly AmqpTransportListener _listener;
    private readonly AmqpSettings _settings;
    private readonly ConcurrentDictionary<AmqpPeer, bool> _peers = new();

    private AmqpPort(ServiceBusNamespace bus, int port, TimeProvider time, AmqpLimits limits)
    {
        _bus = bus;
        _time = time;
        _limits = limits;
        _settings = new AmqpSettings { RuntimeProvider = this };
        var sasl = new SaslTransportProvider();
        sasl.Versions.Add(Version);
        sasl.AddHandler(new SaslAnonymousHandler("MSSBCBS"));
        sasl.AddHandler(new SaslAnonymousHandler());
        _settings.TransportProviders.Add(sasl);
        var plain = new AmqpTransportProvider();
        plain.Versions.Add(Version);
        _settings.TransportProviders.Add(plain);
        _connections = new BoundedListener(port, limits.Connections, time);
        _listener = new AmqpTransportListener([_connections], _settings);
        _listener.Listen((_, args) => Open(args));
    }

    public int Port => _connections.Port;

    /// <summary>Starts listening; null when the port is taken or not for this user.</summary>
    /// <param name="time">What tokens and idle connections are held to; the queues have a clock of their own.</param>
    public static AmqpPort? Start(ServiceBusNamespace bus, int port, TimeProvider time, AmqpLimits limits)
    {
        try
        {
            return new AmqpPort(bus, port, time, limits);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        _listener.Abort();
        foreach (var peer in _peers.Keys)
        {
            peer.Abort();
        }

        return default;
    }

    public AmqpConnection CreateConnection(
        TransportBase transport,
        ProtocolHeader protocolHeader,
        bool isInitiator,
        AmqpSettings amqpSettings,
        AmqpConnectionSettings connectionSettings) =>
        new AmqpPeer(transport, protocolHeader, amqpSettings, connectionSettings, _limits, _time);

    public AmqpSession CreateSession(AmqpConnection connection, AmqpSessionSettings settings)
    {
        settings.HandleMax = MaxLinksOfSession;
        return new AmqpSession(connection, settings, this);
    }

    public AmqpLink CreateLink(AmqpSession session, AmqpLinkSettings settings)
    {
        if (settings.Target is Coordinator)
        {
            throw Conditions.ToException(new NotSupportedException("The local Service Bus has no transactions."));
        }

        if (!settings.IsReceiver())
        {
            return new SendingAmqpLink(session, settings);
        }

        InboundLink.Configure(settings);
        return new ReceivingAmqpLink(session, settings);
    }

    public IAsyncResult BeginOpenLink(AmqpLink link, TimeSpan timeout, AsyncCallback callback, object state)
    {
        try
        {
            Open((AmqpPeer)link.Session.Connection, link);
        }
        catch (Exception refused)
        {
            throw Conditions.ToException(refused);
        }

        var opened = new TaskCompletionSource(state);
        opened.SetResult();
        callback(opened.Task);
        return opened.Task;
    }

    public void EndOpenLink(IAsyncResult result)
    {
    }

    private void Open(AmqpPeer peer, AmqpLink link)
    {
        var address = (link.IsReceiver ? (link.Settings.Target as Target)?.Address : (link.Settings.Source as Source)?.Address)?.ToString()
            ?? throw new FormatException("The link has no address.");
        if (NodeAddress.PathOf(address) == CbsNode.Address)
        {
            peer.Admit(link, null);
            new CbsNode(peer, _time).Attach(link);
            return;
        }

        var node = NodeAddress.Parse(address);
        peer.Admit(link, node.Path);
        var queue = _bus.Find(node.Queue) ?? throw ServiceBusFailures.NoSuchQueue(node.Queue);
        switch (link)
        {
            case var _ when node.IsManagement:
                new ManagementNode(peer, node, queue).Attach(link);
                break;
            case ReceivingAmqpLink when node.SubQueue == SubQueue.DeadLetter:
                throw new InvalidOperationException("Nobody sends to dead letters.");
            case ReceivingAmqpLink inbound:
                InboundLink.Attach(peer, inbound, queue);
                break;
            case SendingAmqpLink when (link.Settings.Source as Source)?.FilterSet?.Any() == true:
                throw new NotSupportedException("The local Service Bus has no sessions and no filters.");
            case SendingAmqpLink outbound:
                queue.ThrowIfSessions(node.SubQueue);
                OutboundLink.Attach(peer, outbound, queue, node.SubQueue);
                break;
        }
    }

    private void Open(TransportAsyncCallbackArgs args) => _ = OpenAsync(args);

    private async Task OpenAsync(TransportAsyncCallbackArgs args)
    {
        var peer = (AmqpPeer)CreateConnection(args.Transport, (ProtocolHeader)args.UserToken, false, _settings, new AmqpConnectionSettings
        {
            ContainerId = "chat-local",
            MaxFrameSize = MaxFrameSize,
            ChannelMax = MaxSessions,
            IdleTimeOut = (uint)_limits.Idle.TotalMilliseconds,
            WriteBufferFullLimit = _limits.Unread,
            WriteBufferEmptyLimit = _limits.Unread / 2,
        });
        _peers[peer] = true;
        peer.SafeAddClosed((_, _) => _peers.TryRemove(peer, out var _));
        try
        {
            var client = peer.RemoteEndpoint;
            await peer.OpenAsync(Patience);
            _connections.Established(client);
        }
        catch (Exception failed)
        {
            peer.SafeClose(failed);
        }
    }
}
