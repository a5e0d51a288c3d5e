using System.Diagnostics.CodeAnalysis;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Microsoft.Azure.Amqp.Transaction;
using Delivery = Chat.Local.ServiceBus.Messages.Delivery;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>
/// A client's receiver: it gets a message for each credit that it gives, and settles each by its lock token, which is the tag.
/// </summary>
/// <remarks>A message that can't be sent any more when it comes, because the credit is gone, goes back and isn't counted.</remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Without a timer there is nothing to release.")]
internal sealed class OutboundLink
{
    private readonly AmqpPeer _peer;
    private readonly SendingAmqpLink _link;
    private readonly ServiceBusQueue _queue;
    private readonly SubQueue _from;
    private readonly bool _deletes;
    private CancellationTokenSource _waiting = new();
    private bool _stopped;
    private int _pumping;
    private int _unsettled;

    private OutboundLink(AmqpPeer peer, SendingAmqpLink link, ServiceBusQueue queue, SubQueue from)
    {
        _peer = peer;
        _link = link;
        _queue = queue;
        _from = from;
        _deletes = link.Settings.SettleType == SettleMode.SettleOnSend;
    }

    private bool HasRoom => _link.LinkCredit > 0 && Volatile.Read(ref _unsettled) < _peer.MaxUnsettled && !_link.IsClosing();

    public static void Attach(AmqpPeer peer, SendingAmqpLink link, ServiceBusQueue queue, SubQueue from)
    {
        var outbound = new OutboundLink(peer, link, queue, from);
        link.RegisterCreditListener((_, drain, _) => outbound.OnCredit(drain));
        link.RegisterDispositionListener(outbound.OnDisposition);
        link.SafeAddClosed((_, _) => outbound.Stop());
    }

    private void OnCredit(bool drain)
    {
        if (drain)
        {
            Stop();
            SendWhatIsThere();
        }
        else
        {
            _stopped = false;
            Pump();
        }
    }

    private void Stop()
    {
        _stopped = true;
        Interlocked.Exchange(ref _waiting, new CancellationTokenSource()).Cancel();
    }

    private void Pump()
    {
        if (!_stopped && HasRoom && Interlocked.Exchange(ref _pumping, 1) == 0)
        {
            _ = PumpAsync();
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            while (!_stopped && HasRoom)
            {
                await _peer.WhenWritable;
                if (await _queue.ReceiveAsync(_from, Timeout.InfiniteTimeSpan, _waiting.Token) is { } delivery)
                {
                    await SendAsync(delivery);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The credit was taken back, or the link is closed.
        }
        catch (Exception failed) when (Conditions.IsBreak(failed))
        {
            _peer.Abort();
        }
        catch (Exception failed)
        {
            _link.SafeClose(Conditions.ToException(failed));
        }

        Volatile.Write(ref _pumping, 0);
        Pump();
    }

    /// <summary>Uses up what credit it can at once: the library takes the rest back as soon as this returns.</summary>
    private void SendWhatIsThere()
    {
        while (HasRoom)
        {
            var next = _queue.ReceiveAsync(_from, TimeSpan.Zero, CancellationToken.None);
            if (!next.IsCompletedSuccessfully)
            {
                _ = GiveBackAsync(next.AsTask());
                return;
            }

            if (next.Result is not { } delivery)
            {
                return;
            }

            _ = SendAsync(delivery);
        }
    }

    private async Task GiveBackAsync(Task<Delivery?> receiving)
    {
        if (await receiving is { } delivery)
        {
            _queue.Release(delivery.LockToken, _from);
        }
    }

    private async Task SendAsync(Delivery delivery)
    {
        var message = Transfer.Of(delivery.ToAmqp(delivery.DeliveryCount - 1), delivery.LockToken);
        message.Settled = _deletes;
        if (!_deletes)
        {
            Interlocked.Increment(ref _unsettled);
        }

        if (_link.IsClosing() || !_link.TrySendDelivery(message))
        {
            Settled();
            _queue.Release(delivery.LockToken, _from);
        }
        else if (_deletes)
        {
            await _queue.TakeAsync(delivery.LockToken, _from);
        }
    }

    private void Settled()
    {
        if (!_deletes)
        {
            Interlocked.Decrement(ref _unsettled);
        }
    }

    private void OnDisposition(Microsoft.Azure.Amqp.Delivery delivery)
    {
        if (!_deletes)
        {
            _ = SettleAsync(delivery, delivery.State, new Guid(delivery.DeliveryTag.AsSpan()));
        }
    }

    private async Task SettleAsync(Microsoft.Azure.Amqp.Delivery delivery, DeliveryState? state, Guid lockToken)
    {
        Outcome outcome;
        try
        {
            outcome = await ApplyAsync(state, lockToken);
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

        if (!delivery.Settled)
        {
            _link.DisposeDelivery(delivery, settled: true, outcome);
        }

        Settled();
        Pump();
    }

    private async ValueTask<Outcome> ApplyAsync(DeliveryState? state, Guid lockToken)
    {
        switch (state)
        {
            case Accepted:
                await _queue.CompleteAsync(lockToken, _from);
                return AmqpConstants.AcceptedOutcome;
            case Rejected rejected:
                await _queue.DeadLetterAsync(lockToken, _from, PropertyChanges.Of(rejected.Error?.Info));
                return new Rejected();
            case Modified { UndeliverableHere: true } deferred:
                await _queue.DeferAsync(lockToken, _from, PropertyChanges.Of(deferred.MessageAnnotations));
                return new Modified { UndeliverableHere = true };
            case Modified abandoned:
                await _queue.AbandonAsync(lockToken, _from, PropertyChanges.Of(abandoned.MessageAnnotations));
                return new Modified();
            case TransactionalState:
                throw new NotSupportedException("The local Service Bus has no transactions.");
            default:
                _queue.Release(lockToken, _from);
                return AmqpConstants.ReleasedOutcome;
        }
    }
}
