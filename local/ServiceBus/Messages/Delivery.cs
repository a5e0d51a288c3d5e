using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Messages;

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

    /// <summary>How often it was given out, this time included.</summary>
    public int DeliveryCount { get; } = message.DeliveryCount;

    public Guid LockToken { get; } = lockToken;

    public long LockedUntil { get; } = message.LockedUntil;

    public long Position { get; } = message.Position;

    public ServiceBusReceivedMessage ToReceived() => ToReceived(ToAmqp(DeliveryCount));

    public ServiceBusReceivedMessage ToReceived(ReadOnlyMemory<byte> amqp) => ServiceBusReceivedMessage.FromAmqpMessage(
        AmqpAnnotatedMessage.FromBytes(BinaryData.FromBytes(amqp)),
        BinaryData.FromBytes(LockToken.ToByteArray()));

    /// <summary>The message as it goes to a receiver.</summary>
    /// <param name="deliveryCount">
    /// On a link the number of earlier deliveries, to which clients add theirs; elsewhere <see cref="DeliveryCount"/>.
    /// </param>
    public ReadOnlyMemory<byte> ToAmqp(int deliveryCount)
    {
        var sections = MessageSections.Of(Content.Bytes);
        var header = new Header { DeliveryCount = (uint)deliveryCount };
        var properties = sections.Properties;
        if (TimeToLive / TimeSpan.TicksPerMillisecond <= uint.MaxValue)
        {
            header.Ttl = (uint)(TimeToLive / TimeSpan.TicksPerMillisecond);
        }
        else if (TimeToLive <= DateTime.MaxValue.Ticks - EnqueuedAt)
        {
            // Longer than a header can say.
            var lifetime = MessageSections.Decode<Properties>(properties);
            lifetime.CreationTime = Time(EnqueuedAt);
            lifetime.AbsoluteExpiryTime = Time(EnqueuedAt + TimeToLive);
            properties = MessageSections.Encode(lifetime);
        }

        var annotations = Annotations(sections.Annotations);
        var buffer = new ByteBuffer(
            header.EncodeSize + annotations.EncodeSize + properties.Length + sections.ApplicationProperties.Length + sections.Body.Length,
            autoGrow: true);
        header.Encode(buffer);
        annotations.Encode(buffer);
        foreach (var section in (ReadOnlySpan<ReadOnlyMemory<byte>>)[properties, sections.ApplicationProperties, sections.Body])
        {
            buffer.Validate(write: true, section.Length);
            section.CopyTo(buffer.Buffer.AsMemory(buffer.WritePos));
            buffer.Append(section.Length);
        }

        return buffer.Buffer.AsMemory(0, buffer.Length);
    }

    private static DateTime Time(long ticks) => new(ticks, DateTimeKind.Utc);

    private MessageAnnotations Annotations(ReadOnlyMemory<byte> ofTheSender)
    {
        var annotations = MessageSections.Decode<MessageAnnotations>(ofTheSender);
        var map = annotations.Map;
        map[MessageAnnotation.SequenceNumber] = SequenceNumber;
        map[MessageAnnotation.EnqueuedSequenceNumber] = SequenceNumber;
        map[MessageAnnotation.EnqueuedTime] = Time(EnqueuedAt);
        map[MessageAnnotation.State] = (int)State;
        if (LockedUntil != 0)
        {
            map[MessageAnnotation.LockedUntilTime] = Time(LockedUntil);
        }

        if (ScheduledFor != 0)
        {
            map[MessageAnnotation.ScheduledEnqueueTime] = Time(ScheduledFor);
        }

        return annotations;
    }
}
