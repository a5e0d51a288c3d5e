using System.Buffers.Binary;
using Chat.Local.ServiceBus.Messages;
using Chat.Local.Store;

namespace Chat.Local.ServiceBus;

/// <summary>A queue's records in the store: one per message, and one for the sequence numbers. Guarded by the queue's lock.</summary>
/// <remarks>
/// Locks and the delivery count of a message in flight aren't written: after a crash, as after a broker's fail-over, such a message is
/// unlocked and the interrupted delivery isn't counted. Everything else is, before anybody is answered.
/// </remarks>
internal sealed class QueueJournal(LocalStore store, string queue)
{
    /// <summary>Sequence numbers are reserved in blocks, so that a restart leaves a gap but never gives one out twice.</summary>
    private const int Block = 1000;

    private readonly string _space = $"servicebus/{queue}";
    private readonly string _numbersSpace = $"servicebus-numbers/{queue}";
    private long _numbersRecordId;
    private long _lastNumber;
    private long _reserved;

    /// <summary>What must be durable before an answer that reflects everything so far.</summary>
    public long Position { get; private set; }

    /// <summary>Reads back what was there when the store was opened; to be called once, before anything else.</summary>
    public IEnumerable<(StoredMessage? Message, RememberedId? Remembered)> Load()
    {
        var numbers = store.TakeLoaded(_numbersSpace);
        _numbersRecordId = numbers.Count == 0 ? store.NewId() : numbers[0].Id;
        _lastNumber = _reserved = numbers.Count == 0 ? 0 : BinaryPrimitives.ReadInt64LittleEndian(numbers[0].Value);
        return store.TakeLoaded(_space).Select(StoredMessage.FromRecord);
    }

    public StoredMessage NewMessage(StoredContent content)
    {
        var number = NextSequenceNumber();
        return new StoredMessage(store.NewId(), content) { SequenceNumber = number, Place = number };
    }

    public long NextSequenceNumber()
    {
        if (_lastNumber == _reserved)
        {
            _reserved += Block;
            var value = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(value, _reserved);
            Position = store.Put(new Record(_numbersRecordId, _numbersSpace, "", value));
        }

        return ++_lastNumber;
    }

    public void Put(StoredMessage message)
    {
        if (!store.IsInMemory)
        {
            message.Position = Position = store.Put(message.ToRecord(_space));
        }
    }

    /// <summary>Puts messages that appear together, in place of another if there is one.</summary>
    public void Put(IReadOnlyList<StoredMessage> messages, StoredMessage? replaced = null)
    {
        if (messages.Count == 1 && replaced is null)
        {
            Put(messages[0]);
            return;
        }

        if (messages.Count == 0 || store.IsInMemory)
        {
            return;
        }

        var writes = new List<Write>(messages.Count + 1);
        foreach (var message in messages)
        {
            writes.Add(Write.Put(message.ToRecord(_space)));
        }

        if (replaced is not null)
        {
            writes.Add(Settled(replaced));
        }

        Position = store.Put(writes);
        foreach (var message in messages)
        {
            message.Position = Position;
        }
    }

    /// <summary>Deletes a message, but for its id while that is remembered.</summary>
    public void Remove(StoredMessage message)
    {
        var write = Settled(message);
        if (!store.IsInMemory)
        {
            Position = store.Put([write]);
        }
    }

    /// <summary>Deletes what was left of a message when its id needn't be remembered any more.</summary>
    public void Forget(RememberedId remembered)
    {
        if (remembered.IsSettled)
        {
            store.Delete(remembered.RecordId);
        }
    }

    private Write Settled(StoredMessage message)
    {
        if (message.Remembered is not { IsForgotten: false } remembered)
        {
            return Write.Delete(message.RecordId);
        }

        remembered.IsSettled = true;
        return store.IsInMemory ? Write.Delete(message.RecordId) : Write.Put(message.ToTombstone(_space));
    }
}
