using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <content>Looking at messages without taking them, and what an operator does with dead letters.</content>
internal sealed partial class ServiceBusQueue
{
    /// <summary>Shows messages in any state by ascending sequence number, without locking them.</summary>
    public async ValueTask<IReadOnlyList<ServiceBusReceivedMessage>> PeekAsync(SubQueue from, long fromSequenceNumber, int maxMessages) =>
        [.. (await PeekDeliveriesAsync(from, fromSequenceNumber, maxMessages)).Select(delivery => delivery.ToReceived())];

    public async ValueTask<IReadOnlyList<Delivery>> PeekDeliveriesAsync(SubQueue from, long fromSequenceNumber, int maxMessages)
    {
        var fault = await BeforeAsync("peek", "");
        List<Delivery> seen;
        long position;
        lock (_lock)
        {
            Now();
            seen = [.. Line(from).Messages
                .Where(message => message.SequenceNumber >= fromSequenceNumber)
                .OrderBy(message => message.SequenceNumber)
                .Take(maxMessages)
                .Select(message => new Delivery(message, lockToken: Guid.Empty))];
            position = _journal.Position;
        }

        await AfterAsync("peek", fault, position);
        return seen;
    }

    /// <summary>
    /// Shows messages of one kind by ascending sequence number as an inspector sees them: nothing is billed, and no fault strikes.
    /// </summary>
    public async ValueTask<IReadOnlyList<ServiceBusReceivedMessage>> ShowAsync(MessageKind kind, long fromSequenceNumber, int maxMessages)
    {
        List<Delivery> seen;
        long position;
        lock (_lock)
        {
            Now();
            var line = kind == MessageKind.DeadLettered ? _deadLetters : _active;
            seen = [.. line.Messages
                .Where(message => message.SequenceNumber >= fromSequenceNumber && Is(message, kind))
                .OrderBy(message => message.SequenceNumber)
                .Take(maxMessages)
                .Select(message => new Delivery(message, lockToken: Guid.Empty))];
            position = _journal.Position;
        }

        await _store.WhenDurableAsync(position);
        return seen.ConvertAll(delivery => delivery.ToReceived());
    }

    /// <summary>How many messages are in which state now.</summary>
    public QueueCounts Count()
    {
        lock (_lock)
        {
            Now();
            return new QueueCounts(
                _active.Available,
                _active.Messages.Count(message => message.State == ServiceBusMessageState.Scheduled),
                _active.Messages.Count(message => message is { State: ServiceBusMessageState.Deferred, IsLocked: false }),
                _active.Messages.Count(message => message.IsLocked),
                _deadLetters.Messages.Count);
        }
    }

    /// <summary>
    /// Sends a dead letter again and removes it, in one step. The copy has a new MessageId, which is returned: under the old one it might
    /// be dropped as a duplicate. Null when it isn't there or somebody has it locked.
    /// </summary>
    public async ValueTask<string?> ResubmitAsync(long sequenceNumber)
    {
        Submission again;
        long position;
        lock (_lock)
        {
            var now = Now();
            if (_deadLetters.Find(sequenceNumber) is not { IsLocked: false } letter)
            {
                return null;
            }

            again = Submission.Of(new ServiceBusMessage(new Delivery(letter).ToReceived()) { MessageId = Guid.NewGuid().ToString("N") });
            var message = _journal.NewMessage(again.Content);
            Accept(message, again, now);
            _journal.Put([message], letter);
            _deadLetters.Remove(letter);
            Place(message);
            position = _journal.Position;
        }

        await AfterAsync("send", null, position);
        return again.Content.MessageId;
    }

    /// <summary>Deletes a message that nobody has locked; false when there is none.</summary>
    public async ValueTask<bool> DiscardAsync(SubQueue from, long sequenceNumber)
    {
        long position;
        lock (_lock)
        {
            Now();
            if (Line(from).Find(sequenceNumber) is not { IsLocked: false } message)
            {
                return false;
            }

            Remove(message);
            position = _journal.Position;
        }

        await _store.WhenDurableAsync(position);
        return true;
    }

    private static bool Is(StoredMessage message, MessageKind kind) => kind switch
    {
        MessageKind.DeadLettered => true,
        MessageKind.InFlight => message.IsLocked,
        MessageKind.Scheduled => message.State == ServiceBusMessageState.Scheduled,
        MessageKind.Deferred => message is { State: ServiceBusMessageState.Deferred, IsLocked: false },
        _ => message is { State: ServiceBusMessageState.Active, IsLocked: false },
    };
}

/// <summary>Where in its life a message of a queue is.</summary>
internal enum MessageKind
{
    Active,
    Scheduled,
    Deferred,
    InFlight,
    DeadLettered,
}

/// <summary>How many messages of a queue are available, scheduled, deferred, with a receiver, and dead-lettered.</summary>
internal sealed record QueueCounts(int Active, int Scheduled, int Deferred, int InFlight, int DeadLettered);
