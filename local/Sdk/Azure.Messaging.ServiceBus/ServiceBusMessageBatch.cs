#nullable disable
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Messages to send as one: all are accepted or none, and together they fit in one transfer.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly List<Submission> _messages = [];

    internal ServiceBusMessageBatch(long maxSizeInBytes) => MaxSizeInBytes = maxSizeInBytes;

    public int Count => _messages.Count;

    public long MaxSizeInBytes { get; }

    public long SizeInBytes { get; private set; }

    internal IReadOnlyList<Submission> Messages => _messages;

    /// <summary>Adds a copy of the message unless it no longer fits.</summary>
    public bool TryAddMessage(ServiceBusMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var submission = Submission.Of(message);
        var size = submission.Content.Bytes.Length;
        if (SizeInBytes + size > MaxSizeInBytes)
        {
            return false;
        }

        SizeInBytes += size;
        _messages.Add(submission);
        return true;
    }

    public void Dispose()
    {
        _messages.Clear();
        SizeInBytes = 0;
    }
}
