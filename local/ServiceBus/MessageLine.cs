using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <summary>The messages of a queue, or of its dead letters: who is next, and which receivers wait. Guarded by the queue's lock.</summary>
/// <remarks>Nobody waits while a message is available, and none is available while somebody waits.</remarks>
internal sealed class MessageLine
{
    private readonly Dictionary<long, StoredMessage> _messages = [];
    private readonly LinkedList<TaskCompletionSource<Delivery>> _waiting = [];
    private readonly SortedSet<StoredMessage> _available = new(
        Comparer<StoredMessage>.Create(static (left, right) => left.Place.CompareTo(right.Place)));

    public IReadOnlyCollection<StoredMessage> Messages => _messages.Values;

    public int Available => _available.Count;

    public void Add(StoredMessage message) => _messages.Add(message.SequenceNumber, message);

    public void Remove(StoredMessage message)
    {
        _messages.Remove(message.SequenceNumber);
        _available.Remove(message);
    }

    public StoredMessage? Find(long sequenceNumber) => _messages.GetValueOrDefault(sequenceNumber);

    public void MakeAvailable(StoredMessage message) => _available.Add(message);

    /// <summary>Takes the first available message off the line of those to give out.</summary>
    public StoredMessage? Next()
    {
        var first = _available.Min;
        if (first is not null)
        {
            _available.Remove(first);
        }

        return first;
    }

    public TaskCompletionSource<Delivery> Wait()
    {
        var receiver = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.AddLast(receiver);
        return receiver;
    }

    /// <summary>The receiver that waits longest, who must now be given a message.</summary>
    public TaskCompletionSource<Delivery>? NextReceiver()
    {
        var first = _waiting.First;
        if (first is not null)
        {
            _waiting.RemoveFirst();
        }

        return first?.Value;
    }

    /// <summary>Stops a receiver's waiting; false when it has been given a message already.</summary>
    public bool Withdraw(TaskCompletionSource<Delivery> receiver) => _waiting.Remove(receiver);
}
