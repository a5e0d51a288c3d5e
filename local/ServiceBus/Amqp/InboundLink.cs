using Chat.Local.ServiceBus.Messages;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Transaction;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>
/// A client's sender: each transfer is a message, or a batch that is accepted as a whole. It is settled once it is stored.
/// </summary>
internal sealed class InboundLink
{
    private const uint Credit = 100;

    /// <summary>What is read of a message that is too large, so that it is refused alone and the link goes on.</summary>
    private const ulong Readable = 4 * StoredContent.MaxSize;

    private const uint BatchFormat = 0x80013700;

    private readonly AmqpPeer _peer;
    private readonly ReceivingAmqpLink _link;
    private readonly ServiceBusQueue _queue;

    private InboundLink(AmqpPeer peer, ReceivingAmqpLink link, ServiceBusQueue queue)
    {
        _peer = peer;
        _link = link;
        _queue = queue;
    }

    public static void Configure(AmqpLinkSettings settings)
    {
        settings.MaxMessageSize = StoredContent.MaxSize;
        settings.TotalLinkCredit = Credit;
        settings.AutoSendFlow = true;
    }

    public static void Attach(AmqpPeer peer, ReceivingAmqpLink link, ServiceBusQueue queue)
    {
        link.Opened += (_, _) => link.Settings.MaxMessageSize = Readable;
        var inbound = new InboundLink(peer, link, queue);
        link.RegisterMessageListener(message => _ = inbound.TakeAsync(message));
    }

    private static IReadOnlyList<Submission> Read(AmqpMessage message)
    {
        if (message.State is TransactionalState)
        {
            throw new NotSupportedException("The local Service Bus has no transactions.");
        }

        var bytes = Transfer.Bytes(message);
        return message.MessageFormat == BatchFormat
            ? [.. MessageSections.DataOf(MessageSections.Of(bytes).Body).Select(Submission.Of)]
            : [Submission.Of(bytes)];
    }

    private async Task TakeAsync(AmqpMessage message)
    {
        Outcome outcome = AmqpConstants.AcceptedOutcome;
        try
        {
            if (Read(message) is { Count: > 0 } submissions)
            {
                await _queue.SendAsync(submissions);
            }
        }
        catch (Exception refused) when (Conditions.IsBreak(refused))
        {
            _peer.Abort();
            return;
        }
        catch (Exception refused)
        {
            outcome = new Rejected { Error = Conditions.Of(refused) };
        }
        finally
        {
            message.Dispose();
        }

        // Also of one that was sent settled: it counts against the credit until then.
        _link.DisposeMessage(message, outcome, settled: true, batchable: false);
    }
}
