#nullable disable
using System.Collections.ObjectModel;
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message as the broker gave it out: what its sender set, where it stands in the queue, and the lock on it.</summary>
public class ServiceBusReceivedMessage
{
    internal ServiceBusReceivedMessage()
    {
    }

    public BinaryData Body { get; internal init; }

    public string MessageId { get; internal init; }

    public string PartitionKey { get; internal init; }

    public string TransactionPartitionKey { get; internal init; }

    public string SessionId { get; internal init; }

    public string ReplyToSessionId { get; internal init; }

    public TimeSpan TimeToLive { get; internal init; }

    public string CorrelationId { get; internal init; }

    public string Subject { get; internal init; }

    public string To { get; internal init; }

    public string ContentType { get; internal init; }

    public string ReplyTo { get; internal init; }

    public DateTimeOffset ScheduledEnqueueTime { get; internal init; }

    public IReadOnlyDictionary<string, object> ApplicationProperties { get; internal init; } = ReadOnlyDictionary<string, object>.Empty;

    public string LockToken => LockTokenGuid.ToString();

    /// <summary>How often the message was given out, this time included.</summary>
    public int DeliveryCount { get; internal init; }

    public DateTimeOffset LockedUntil { get; internal set; }

    /// <summary>The message's place in the queue; a new one when a scheduled message becomes active.</summary>
    public long SequenceNumber { get; internal init; } = -1;

    public string DeadLetterSource { get; internal init; }

    /// <summary>The sequence number in the queue where the message was first sent, if it was forwarded from there.</summary>
    public long EnqueuedSequenceNumber { get; internal init; }

    public DateTimeOffset EnqueuedTime { get; internal init; }

    public DateTimeOffset ExpiresAt => TimeToLive >= DateTimeOffset.MaxValue - EnqueuedTime ? DateTimeOffset.MaxValue : EnqueuedTime + TimeToLive;

    public string DeadLetterReason => ApplicationProperties.GetValueOrDefault(DeadLetterProperties.Reason) as string;

    public string DeadLetterErrorDescription => ApplicationProperties.GetValueOrDefault(DeadLetterProperties.Description) as string;

    public ServiceBusMessageState State { get; internal init; }

    internal Guid LockTokenGuid { get; init; }

    public override string ToString() => $"{{MessageId:{MessageId}}}";
}
