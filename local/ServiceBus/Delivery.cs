using Azure.Messaging.ServiceBus;

namespace Chat.Local.ServiceBus;

/// <summary>A message as it was when somebody got or saw it; the message itself may be elsewhere by the time they look.</summary>
internal sealed class Delivery(StoredMessage message, Guid lockToken)
{
    public Delivery(StoredMessage message)
        : this(message, message.LockToken)
    {
    }

    public StoredContent Content { get; } = message.Content;

    public ServiceBusMessageState State { get; } = message.State;

    public long SequenceNumber { get; } = message.SequenceNumber;

    public long EnqueuedAt { get; } = message.EnqueuedAt;

    public long TimeToLive { get; } = message.TimeToLive;

    public long ScheduledFor { get; } = message.ScheduledFor;

    public int DeliveryCount { get; } = message.DeliveryCount;

    public Guid LockToken { get; } = lockToken;

    public long LockedUntil { get; } = message.LockedUntil;

    public long Position { get; } = message.Position;

    public ServiceBusReceivedMessage ToReceived() => Content.ToReceived(this);
}
