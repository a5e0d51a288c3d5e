#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>Messages to send as one: all are accepted or none, and together they fit in one transfer.</summary>
public sealed class ServiceBusMessageBatch : IDisposable
{
    internal ServiceBusMessageBatch(long maxSizeInBytes) => MaxSizeInBytes = maxSizeInBytes;

    public int Count => throw new NotSupportedException();

    public long MaxSizeInBytes { get; }

    public long SizeInBytes { get; private set; }

    /// <summary>Adds a copy of the message unless it no longer fits.</summary>
    public bool TryAddMessage(ServiceBusMessage message) => throw new NotSupportedException();

    public void Dispose() => SizeInBytes = 0;
}
