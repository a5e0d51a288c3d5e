#nullable disable
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Messages to send as one: all are accepted or none, and together they fit in one transfer.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    private readonly List<StoredContent> _messages = [];

    internal ServiceBusMessageBatch(long maxSizeInBytes) => MaxSizeInBytes = maxSizeInBytes;

    public int Count => _messages.Count;

    public long MaxSizeInBytes { get; }

    public long SizeInBytes { get; private set; }

    internal IReadOnlyList<StoredContent> Messages => _messages;

    /// <summary>Adds a copy of the message unless it no longer fits.</summary>
    public bool TryAddMessage(ServiceBusMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var content = StoredContent.Of(message);
        if (SizeInBytes + content.Bytes.Length > MaxSizeInBytes)
        {
            return false;
        }

        SizeInBytes += content.Bytes.Length;
        _messages.Add(content);
        return true;
    }

    public void Dispose()
    {
        _messages.Clear();
        SizeInBytes = 0;
    }
}
