namespace Chat.Local.ServiceBus;

/// <summary>
/// The message ids that a queue saw within its window, counted from the send, whatever became of the message. Guarded by the queue's lock.
/// </summary>
/// <remarks>
/// Durable without records of its own: a message's record carries the time, and stays as a tombstone if the message goes first.
/// </remarks>
internal sealed class DuplicateHistory
{
    private readonly Dictionary<string, RememberedId> _byId = new(StringComparer.Ordinal);
    private readonly Queue<RememberedId> _byAge = [];

    public bool Knows(string messageId) => _byId.ContainsKey(messageId);

    public void Add(RememberedId remembered)
    {
        _byId[remembered.MessageId] = remembered;
        _byAge.Enqueue(remembered);
    }

    /// <summary>Forgets an id whose time has come and returns it; null when there is none.</summary>
    public RememberedId? Forget(long now)
    {
        if (!_byAge.TryPeek(out var oldest) || oldest.Until > now)
        {
            return null;
        }

        _byAge.Dequeue();
        // The same id may have been taken again since, if the first message is still there after a restart.
        if (ReferenceEquals(_byId.GetValueOrDefault(oldest.MessageId), oldest))
        {
            _byId.Remove(oldest.MessageId);
        }

        oldest.IsForgotten = true;
        return oldest;
    }
}

/// <summary>A message id that the queue refuses to take a second time until then.</summary>
internal sealed class RememberedId(string messageId, long until, long recordId)
{
    public string MessageId { get; } = messageId;

    public long Until { get; } = until;

    public long RecordId { get; } = recordId;

    /// <summary>The message is gone; the record is only a tombstone.</summary>
    public bool IsSettled { get; set; }

    /// <summary>The window is over.</summary>
    public bool IsForgotten { get; set; }
}
