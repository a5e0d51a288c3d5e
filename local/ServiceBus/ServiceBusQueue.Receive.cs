using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <content>Giving messages out.</content>
internal sealed partial class ServiceBusQueue
{
    /// <summary>Locks the next message for the caller, waiting for one if need be; null when none came.</summary>
    public async ValueTask<Delivery?> ReceiveAsync(SubQueue from, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        if (await NextAsync(from, maxWait, cancellationToken) is not { } delivery)
        {
            _meter.Add("servicebus", "receive");
            return null;
        }

        if (_faults.AreArmed && await _faults.NextAsync("servicebus", "receive", $"{Name}/{delivery.Content.MessageId}") is { } fault)
        {
            delivery = await DisturbAsync(fault, delivery, from);
        }

        await _store.WhenDurableAsync(delivery.Position);
        _meter.Add("servicebus", "receive", delivery.Content.Operations);
        return delivery;
    }

    /// <summary>Locks deferred messages for the caller, all or none.</summary>
    /// <exception cref="ServiceBusException">One isn't there, isn't deferred, or is locked.</exception>
    public async ValueTask<IReadOnlyList<Delivery>> ReceiveDeferredAsync(SubQueue from, IReadOnlyList<long> sequenceNumbers)
    {
        var fault = await BeforeAsync("receive", "");
        List<Delivery> deliveries;
        long position;
        lock (_lock)
        {
            Now();
            deliveries = Find(Line(from), sequenceNumbers, ServiceBusMessageState.Deferred).ConvertAll(Deliver);
            position = _journal.Position;
        }

        await AfterAsync("receive", fault, position);
        return deliveries;
    }

    /// <summary>Takes back a message that its receiver never had, as if it hadn't been given out.</summary>
    public void Release(Guid lockToken, SubQueue from)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            var now = Now();
            if (StillLocked(lockToken, from) is { } message)
            {
                Unlock(message);
                message.DeliveryCount--;
                GiveBack(message, now);
            }
        }
    }

    /// <exception cref="InvalidOperationException">Messages there are received through sessions only.</exception>
    public void ThrowIfSessions(SubQueue from)
    {
        if (Properties.RequiresSession && from == SubQueue.None)
        {
            throw ServiceBusFailures.NeedsSession(Name);
        }
    }

    private async ValueTask<Delivery?> NextAsync(SubQueue from, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        var line = Line(from);
        TaskCompletionSource<Delivery> receiver;
        lock (_lock)
        {
            Now();
            ThrowIfSessions(from);
            if (line.Next() is { } message)
            {
                return Deliver(message);
            }

            if (maxWait <= TimeSpan.Zero && maxWait != Timeout.InfiniteTimeSpan)
            {
                return null;
            }

            cancellationToken.ThrowIfCancellationRequested();
            receiver = line.Wait();
        }

        try
        {
            return await receiver.Task.WaitAsync(maxWait, _time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (line.Withdraw(receiver))
                {
                    if (exception is TimeoutException)
                    {
                        return null;
                    }

                    throw;
                }
            }

            // It was given a message in that very moment.
            return await receiver.Task;
        }
    }

    private async ValueTask<Delivery> DisturbAsync(Fault fault, Delivery delivery, SubQueue from)
    {
        try
        {
            await InjectedFault.BeforeAsync(fault, Name, _time);
        }
        catch (ServiceBusException)
        {
            Release(delivery.LockToken, from);
            throw;
        }

        // Of these the broker doesn't know that the receiver never got the message: it stays locked.
        InjectedFault.After(fault, Name);
        return fault.Kind switch
        {
            FaultKind.Duplicate => Duplicate(delivery),
            FaultKind.Reorder => Reorder(delivery, from),
            FaultKind.DropLock => DropLock(delivery, from, fault.Delay),
            _ => delivery,
        };
    }

    /// <summary>Gives the same message out a second time under a number of its own, so that either can be settled.</summary>
    private Delivery Duplicate(Delivery delivery)
    {
        lock (_lock)
        {
            var copy = _journal.NewMessage(delivery.Content);
            copy.EnqueuedAt = delivery.EnqueuedAt;
            copy.TimeToLive = delivery.TimeToLive;
            copy.ScheduledFor = delivery.ScheduledFor;
            _journal.Put(copy);
            Place(copy);
            return delivery;
        }
    }

    /// <summary>Moves a message behind all that wait now, and gives out the next instead if there is one.</summary>
    private Delivery Reorder(Delivery delivery, SubQueue from)
    {
        lock (_lock)
        {
            Now();
            if (StillLocked(delivery.LockToken, from) is not { } message || Line(from).Next() is not { } next)
            {
                return delivery;
            }

            Unlock(message);
            message.DeliveryCount--;
            message.Place = _journal.NextSequenceNumber();
            var overtaking = Deliver(next);
            Offer(message);
            return overtaking;
        }
    }

    private Delivery DropLock(Delivery delivery, SubQueue from, TimeSpan after)
    {
        lock (_lock)
        {
            var now = Now();
            if (StillLocked(delivery.LockToken, from) is { } message)
            {
                message.LockedUntil = now + after.Ticks;
                _agenda.Set(message, message.LockedUntil);
                Now();
            }

            return delivery;
        }
    }

    private List<StoredMessage> Find(MessageLine line, IReadOnlyList<long> sequenceNumbers, ServiceBusMessageState state)
    {
        var found = new List<StoredMessage>(sequenceNumbers.Count);
        foreach (var sequenceNumber in sequenceNumbers)
        {
            found.Add(line.Find(sequenceNumber) is { IsLocked: false } message && message.State == state
                ? message
                : throw ServiceBusFailures.NoSuchMessage(Name, sequenceNumber));
        }

        return found;
    }
}
