using System.Buffers.Binary;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;
using Chat.Local.Store;

namespace Chat.Local.ServiceBus;

/// <summary>
/// A durable queue with its dead letters: at least once, first in first out among the available, each message locked while a receiver works
/// on it. Whatever an operation answers is on disk.
/// </summary>
/// <remarks>
/// One lock guards all state and is never held over I/O. A sent message is given out in memory at once, but every receiver waits, as its
/// sender does, until the store has it. What is due (schedules, locks, expiry) is done by a timer, and first of all by every operation.
/// </remarks>
internal sealed partial class ServiceBusQueue : IDisposable
{
    /// <summary>Of all queues, so that no two tokens of a process are alike.</summary>
    private static long _lastLock;
    private readonly Lock _lock = new();
    private readonly LocalStore _store;
    private readonly Meter _meter;
    private readonly Faults _faults;
    private readonly TimeProvider _time;
    private readonly MessageLine _active = new();
    private readonly MessageLine _deadLetters = new();
    private readonly DuplicateHistory _history = new();
    private readonly QueueJournal _journal;
    private readonly Agenda _agenda;
    private bool _closed;

    public ServiceBusQueue(QueueProperties properties, LocalStore store, Meter meter, Faults faults, TimeProvider time)
    {
        Properties = properties;
        _store = store;
        _meter = meter;
        _faults = faults;
        _time = time;
        _journal = new QueueJournal(store, properties.Name);
        _agenda = new Agenda(time, Ring);
        lock (_lock)
        {
            Load();
        }
    }

    public QueueProperties Properties { get; }

    public string Name => Properties.Name;

    /// <summary>
    /// Accepts all of the messages or none, and returns their sequence numbers. A duplicate is dropped and counts as accepted.
    /// </summary>
    public async ValueTask<IReadOnlyList<long>> SendAsync(IReadOnlyList<Submission> messages, string operation = "send")
    {
        Check(messages);
        var fault = await BeforeAsync(operation, messages[0].Content.MessageId);
        var numbers = new long[messages.Count];
        long position;
        lock (_lock)
        {
            var now = Now();
            var accepted = new List<StoredMessage>(messages.Count);
            for (var index = 0; index < numbers.Length; index++)
            {
                var message = _journal.NewMessage(messages[index].Content);
                numbers[index] = message.SequenceNumber;
                if (Accept(message, messages[index], now))
                {
                    accepted.Add(message);
                }
            }

            _journal.Put(accepted);
            foreach (var message in accepted)
            {
                Place(message);
            }

            position = _journal.Position;
        }

        await _store.WhenDurableAsync(position);
        foreach (var message in messages)
        {
            _meter.Add("servicebus", operation, message.Content.Operations);
        }

        InjectedFault.After(fault, Name);
        return numbers;
    }

    /// <summary>Removes scheduled messages, all or none.</summary>
    /// <exception cref="ServiceBusException">One isn't scheduled (any more).</exception>
    public async ValueTask CancelAsync(IReadOnlyList<long> sequenceNumbers)
    {
        var fault = await BeforeAsync("cancel", "");
        long position;
        lock (_lock)
        {
            Now();
            foreach (var message in Find(_active, sequenceNumbers, ServiceBusMessageState.Scheduled))
            {
                Remove(message);
            }

            position = _journal.Position;
        }

        await AfterAsync("cancel", fault, position);
    }

    public ValueTask CompleteAsync(Guid lockToken, SubQueue from) =>
        SettleAsync("complete", lockToken, from, null, static (queue, message, _) => queue.Remove(message));

    /// <summary>Removes what was just received, for receivers that don't settle; no operation of its own.</summary>
    public async ValueTask TakeAsync(Guid lockToken, SubQueue from)
    {
        long position;
        lock (_lock)
        {
            Now();
            Remove(Locked(lockToken, from));
            position = _journal.Position;
        }

        await _store.WhenDurableAsync(position);
    }

    /// <summary>Unlocks a message at its old place, or dead-letters it when it was delivered too often.</summary>
    public ValueTask AbandonAsync(Guid lockToken, SubQueue from, IDictionary<string, object>? changes) =>
        SettleAsync("abandon", lockToken, from, changes, static (queue, message, now) => queue.Release(message, now));

    /// <summary>Sets a message aside until it is asked for by its sequence number.</summary>
    public ValueTask DeferAsync(Guid lockToken, SubQueue from, IDictionary<string, object>? changes) =>
        SettleAsync("defer", lockToken, from, changes, static (queue, message, _) => queue.Defer(message));

    public ValueTask DeadLetterAsync(Guid lockToken, SubQueue from, IDictionary<string, object>? changes) =>
        SettleAsync("deadletter", lockToken, from, changes, static (queue, message, _) => queue.MoveToDeadLetters(message));

    /// <summary>Locks a message for another lock duration from now, and returns until when.</summary>
    public async ValueTask<DateTimeOffset> RenewAsync(Guid lockToken, SubQueue from)
    {
        var fault = await BeforeAsync("renew", lockToken, from);
        long until;
        lock (_lock)
        {
            until = Now() + Properties.LockDuration.Ticks;
            var message = Locked(lockToken, from);
            message.LockedUntil = until;
            _agenda.Set(message, until);
        }

        await AfterAsync("renew", fault, 0);
        return new DateTimeOffset(until, TimeSpan.Zero);
    }

    /// <summary>Ends all waiting; the messages stay in the store.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _agenda.Dispose();
            foreach (var line in (ReadOnlySpan<MessageLine>)[_active, _deadLetters])
            {
                while (line.NextReceiver() is { } receiver)
                {
                    receiver.SetException(ServiceBusFailures.Unreachable(Name));
                }
            }
        }
    }

    private void Check(IReadOnlyList<Submission> messages)
    {
        var size = 0L;
        foreach (var message in messages)
        {
            size += message.Size;
            if (Properties.RequiresSession && message.SessionId is null)
            {
                throw ServiceBusFailures.NeedsSession(Name);
            }
        }

        if (size > StoredContent.MaxSize)
        {
            throw ServiceBusFailures.TooLarge(Name, size);
        }
    }

    private async ValueTask SettleAsync(
        string operation,
        Guid lockToken,
        SubQueue from,
        IDictionary<string, object>? changes,
        Action<ServiceBusQueue, StoredMessage, long> apply)
    {
        var fault = await BeforeAsync(operation, lockToken, from);
        long position;
        lock (_lock)
        {
            var now = Now();
            var message = Locked(lockToken, from);
            Change(message, changes);
            apply(this, message, now);
            position = _journal.Position;
        }

        await AfterAsync(operation, fault, position);
    }

    /// <summary>Faults go by the message's id, which nobody need say who has its lock.</summary>
    private ValueTask<Fault?> BeforeAsync(string operation, Guid lockToken, SubQueue from)
    {
        if (!_faults.AreArmed)
        {
            return default;
        }

        string messageId;
        lock (_lock)
        {
            messageId = Line(from).Find(SequenceNumberOf(lockToken))?.Content.MessageId ?? "";
        }

        return BeforeAsync(operation, messageId);
    }

    private ValueTask<Fault?> BeforeAsync(string operation, string messageId) =>
        _faults.AreArmed ? StrikeAsync(operation, $"{Name}/{messageId}") : default;

    private async ValueTask<Fault?> StrikeAsync(string operation, string target)
    {
        var fault = await _faults.NextAsync("servicebus", operation, target);
        if (fault is not null)
        {
            await InjectedFault.BeforeAsync(fault, Name, _time);
        }

        return fault;
    }

    private async ValueTask AfterAsync(string operation, Fault? fault, long position)
    {
        await _store.WhenDurableAsync(position);
        _meter.Add("servicebus", operation);
        InjectedFault.After(fault, Name);
    }

    /// <summary>The lock token starts with the message's sequence number, by which a settlement finds the message.</summary>
    private Guid NewLockToken(long sequenceNumber)
    {
        Span<byte> token = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(token, sequenceNumber);
        BinaryPrimitives.WriteInt64LittleEndian(token[8..], Interlocked.Increment(ref _lastLock));
        return new Guid(token);
    }

    private StoredMessage Locked(Guid lockToken, SubQueue from) => StillLocked(lockToken, from) ?? throw ServiceBusFailures.LockLost(Name);

    private StoredMessage? StillLocked(Guid lockToken, SubQueue from) =>
        Line(from).Find(SequenceNumberOf(lockToken)) is { IsLocked: true } message && message.LockToken == lockToken ? message : null;

    private static long SequenceNumberOf(Guid lockToken)
    {
        Span<byte> token = stackalloc byte[16];
        lockToken.TryWriteBytes(token);
        return BinaryPrimitives.ReadInt64LittleEndian(token);
    }
}
