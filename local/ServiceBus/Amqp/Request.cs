using Chat.Local.ServiceBus.Messages;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>What a client asks of a node: an operation with its arguments, and where the answer goes.</summary>
internal sealed record Request(MessageId? Id, string? ReplyTo, PropertiesMap Arguments, object? Value)
{
    /// <exception cref="Microsoft.Azure.Amqp.AmqpException">The bytes aren't a message.</exception>
    public static Request Of(ReadOnlyMemory<byte> message)
    {
        var sections = MessageSections.Of(message);
        var properties = MessageSections.Decode<Microsoft.Azure.Amqp.Framing.Properties>(sections.Properties);
        return new Request(
            properties.MessageId,
            properties.ReplyTo?.ToString(),
            MessageSections.Decode<ApplicationProperties>(sections.ApplicationProperties).Map,
            MessageSections.Decode<Microsoft.Azure.Amqp.Framing.AmqpValue>(sections.Body).Value);
    }
}
