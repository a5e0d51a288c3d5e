using System.Runtime.Serialization;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>A message on its way to a queue: its content, what it takes on the wire, and what the queue has a say in.</summary>
internal sealed record Submission(StoredContent Content, int Size, string? SessionId, TimeSpan TimeToLive, DateTimeOffset ScheduledFor)
{
    private const int MaxIdLength = 128;

    /// <summary>A message as the SDK would send it.</summary>
    /// <exception cref="SerializationException">A property is of a type that Service Bus refuses.</exception>
    public static Submission Of(ServiceBusMessage message)
    {
        TraceProperties.Set(message.ApplicationProperties);
        var raw = message.GetRawAmqpMessage();
        if (message.ScheduledEnqueueTime == default)
        {
            // Set, but to no time: as the SDK's sender does. On the wire it would become 1970.
            raw.MessageAnnotations.Remove(MessageAnnotation.ScheduledEnqueueTime.Value);
        }

        return Of(raw.ToBytes().ToMemory());
    }

    /// <summary>An encoded message; one without an id is given one.</summary>
    /// <exception cref="AmqpException">The bytes aren't a message.</exception>
    /// <exception cref="ArgumentException">The properties are too large.</exception>
    public static Submission Of(ReadOnlyMemory<byte> message)
    {
        var sections = MessageSections.Of(message);
        var header = MessageSections.Decode<Header>(sections.Header);
        var properties = MessageSections.Decode<Properties>(sections.Properties);
        var timeToLive = properties is { AbsoluteExpiryTime: { } end, CreationTime: { } start } && end > start
            ? end - start
            : header.Ttl is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.MaxValue;
        var (annotations, scheduledFor) = SenderAnnotations(sections.Annotations);
        var messageId = properties.MessageId?.ToString() ?? Guid.NewGuid().ToString("N");
        if (messageId.Length > MaxIdLength)
        {
            throw new AmqpException(AmqpErrorCode.NotAllowed, $"A message id has at most {MaxIdLength} characters.");
        }

        return new Submission(
            StoredContent.Of(
                annotations,
                Rewritten(sections.Properties, properties, messageId),
                sections.ApplicationProperties,
                sections.Body,
                messageId),
            message.Length,
            properties.GroupId,
            timeToLive,
            scheduledFor);
    }

    /// <summary>The properties with an id and without a lifetime of the sender's: the queue decides about that.</summary>
    private static ReadOnlyMemory<byte> Rewritten(ReadOnlyMemory<byte> section, Properties properties, string messageId)
    {
        if (properties is { MessageId: not null, AbsoluteExpiryTime: null, CreationTime: null })
        {
            return section;
        }

        properties.MessageId = messageId;
        properties.AbsoluteExpiryTime = properties.CreationTime = null;
        return MessageSections.Encode(properties);
    }

    private static (ReadOnlyMemory<byte> Section, DateTimeOffset ScheduledFor) SenderAnnotations(ReadOnlyMemory<byte> section)
    {
        if (section.IsEmpty)
        {
            return (section, default);
        }

        var annotations = MessageSections.Decode<MessageAnnotations>(section);
        var scheduled = annotations.Map.TryGetValue(MessageAnnotation.ScheduledEnqueueTime, out DateTime time)
            ? new DateTimeOffset(time, TimeSpan.Zero)
            : default;
        foreach (var ofTheBroker in MessageAnnotation.OfTheBroker)
        {
            annotations.Map.TryRemoveValue<object>(ofTheBroker, out _);
        }

        return (annotations.Map.Any() ? MessageSections.Encode(annotations) : default, scheduled);
    }
}
