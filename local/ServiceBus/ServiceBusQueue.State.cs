using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <content>How messages move between states. Everything here runs under the lock.</content>
internal sealed partial class ServiceBusQueue
{
    private void Load()
    {
        var loaded = _journal.Load().ToList();
        foreach (var remembered in loaded.Select(entry => entry.Remembered).OfType<RememberedId>().OrderBy(remembered => remembered.Until))
        {
            _history.Add(remembered);
        }

        foreach (var message in loaded.Select(entry => entry.Message).OfType<StoredMessage>())
        {
            Place(message);
        }
    }

    /// <summary>The time, after everything that was due by then is done.</summary>
    private long Now()
    {
        if (_closed)
        {
            throw ServiceBusFailures.Unreachable(Name);
        }

        var now = _time.GetUtcNow().Ticks;
        while (_agenda.TakeDue(now) is { } message)
        {
            if (message.IsLocked)
            {
                Release(message, now);
            }
            else if (message.State == ServiceBusMessageState.Scheduled)
            {
                Activate(message, now);
            }
            else
            {
                Expire(message);
            }
        }

        while (_history.Forget(now) is { } remembered)
        {
            _journal.Forget(remembered);
        }

        return now;
    }

    private void Ring()
    {
        lock (_lock)
        {
            if (!_closed)
            {
                Now();
                _agenda.ArmAgain();
            }
        }
    }

    private MessageLine Line(SubQueue subQueue) => subQueue == SubQueue.DeadLetter ? _deadLetters : _active;

    private MessageLine LineOf(StoredMessage message) => message.IsDeadLettered ? _deadLetters : _active;

    /// <summary>Fills in what the queue decides about a new message; false when it is a duplicate.</summary>
    private bool Accept(StoredMessage message, Submission submission, long now)
    {
        if (Properties.RequiresDuplicateDetection)
        {
            var messageId = message.Content.MessageId;
            if (_history.Knows(messageId))
            {
                return false;
            }

            message.Remembered = new RememberedId(messageId, now + Properties.DuplicateDetectionHistoryTimeWindow.Ticks, message.RecordId);
            _history.Add(message.Remembered);
        }

        message.EnqueuedAt = now;
        message.TimeToLive = Math.Min(submission.TimeToLive.Ticks, Properties.DefaultMessageTimeToLive.Ticks);
        message.ScheduledFor = submission.ScheduledFor.UtcTicks;
        message.State = message.ScheduledFor > now ? ServiceBusMessageState.Scheduled : ServiceBusMessageState.Active;
        return true;
    }

    /// <summary>Puts a message into its line, for whoever waits for one in its state.</summary>
    private void Place(StoredMessage message)
    {
        LineOf(message).Add(message);
        switch (message.State)
        {
            case ServiceBusMessageState.Scheduled:
                _agenda.Set(message, message.ScheduledFor);
                break;
            case ServiceBusMessageState.Active:
                Offer(message);
                break;
        }
    }

    private void Offer(StoredMessage message)
    {
        if (LineOf(message).NextReceiver() is { } receiver)
        {
            receiver.SetResult(Deliver(message));
            return;
        }

        LineOf(message).MakeAvailable(message);
        // Dead letters don't expire.
        _agenda.Set(message, message.IsDeadLettered ? StoredMessage.Never : message.ExpiresAt);
    }

    private Delivery Deliver(StoredMessage message)
    {
        message.DeliveryCount++;
        message.LockToken = NewLockToken(message.SequenceNumber);
        message.LockedUntil = _time.GetUtcNow().Ticks + Properties.LockDuration.Ticks;
        _agenda.Set(message, message.LockedUntil);
        return new Delivery(message);
    }

    private void Unlock(StoredMessage message)
    {
        message.LockToken = Guid.Empty;
        message.LockedUntil = 0;
        _agenda.Remove(message);
    }

    /// <summary>The end of a lock without a decision: the message is given out again, unless that was its last chance.</summary>
    private void Release(StoredMessage message, long now)
    {
        Unlock(message);
        if (message.IsDeadLettered || message.DeliveryCount < Properties.MaxDeliveryCount)
        {
            _journal.Put(message);
            GiveBack(message, now);
        }
        else
        {
            MoveToDeadLetters(
                message,
                "MaxDeliveryCountExceeded",
                $"Message could not be consumed after {Properties.MaxDeliveryCount} delivery attempts.");
        }
    }

    private void GiveBack(StoredMessage message, long now)
    {
        if (message.State == ServiceBusMessageState.Deferred)
        {
            return;
        }

        if (!message.IsDeadLettered && message.ExpiresAt <= now)
        {
            Expire(message);
        }
        else
        {
            Offer(message);
        }
    }

    private void Defer(StoredMessage message)
    {
        Unlock(message);
        message.State = ServiceBusMessageState.Deferred;
        _journal.Put(message);
    }

    /// <summary>A scheduled message's time has come: it takes its place as if it were sent now.</summary>
    private void Activate(StoredMessage message, long now)
    {
        _active.Remove(message);
        message.SequenceNumber = message.Place = _journal.NextSequenceNumber();
        message.EnqueuedAt = now;
        message.State = ServiceBusMessageState.Active;
        _journal.Put(message);
        Place(message);
    }

    private void Expire(StoredMessage message)
    {
        if (Properties.DeadLetteringOnMessageExpiration)
        {
            MoveToDeadLetters(message, "TTLExpiredException", "The message expired and was dead lettered.");
        }
        else
        {
            Remove(message);
        }
    }

    private void MoveToDeadLetters(StoredMessage message, string reason, string description)
    {
        Change(message, DeadLetterProperties.Of(reason, description));
        MoveToDeadLetters(message);
    }

    private void MoveToDeadLetters(StoredMessage message)
    {
        LineOf(message).Remove(message);
        Unlock(message);
        message.IsDeadLettered = true;
        message.State = ServiceBusMessageState.Active;
        _journal.Put(message);
        Place(message);
    }

    private void Remove(StoredMessage message)
    {
        LineOf(message).Remove(message);
        _agenda.Remove(message);
        _journal.Remove(message);
    }

    private static void Change(StoredMessage message, IDictionary<string, object>? changes)
    {
        if (changes is { Count: > 0 })
        {
            message.Content = message.Content.With(changes);
        }
    }
}
