using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>
/// What a sender gave, as bytes that never change: nothing that a caller keeps a reference to reaches the queue, and each receiver gets
/// objects of its own.
/// </summary>
/// <remarks>The bytes are AMQP sections: the sender's annotations, properties, application properties, body.</remarks>
internal sealed class StoredContent(ReadOnlyMemory<byte> bytes, string messageId)
{
    /// <summary>What a message may take with all its properties, in the Standard tier.</summary>
    public const int MaxSize = 256 * 1024;

    private const int MaxPropertiesSize = 64 * 1024;
    private const int MaxPropertySize = 32 * 1024;

    public string MessageId { get; } = messageId;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>What Azure bills for moving the message: an operation per 64 KB.</summary>
    public int Operations => (Bytes.Length + 65535) / 65536;

    public static StoredContent Of(
        ReadOnlyMemory<byte> annotations,
        ReadOnlyMemory<byte> properties,
        ReadOnlyMemory<byte> applicationProperties,
        ReadOnlyMemory<byte> body,
        string messageId)
    {
        Check(applicationProperties);
        var bytes = new byte[annotations.Length + properties.Length + applicationProperties.Length + body.Length];
        var rest = bytes.AsMemory();
        foreach (var section in (ReadOnlySpan<ReadOnlyMemory<byte>>)[annotations, properties, applicationProperties, body])
        {
            section.CopyTo(rest);
            rest = rest[section.Length..];
        }

        return new StoredContent(bytes, messageId);
    }

    /// <summary>The same with some application properties set to other values, of AMQP's types.</summary>
    /// <exception cref="ArgumentException">They are too many or too large.</exception>
    public StoredContent With(IEnumerable<KeyValuePair<string, object>> changes)
    {
        var sections = MessageSections.Of(Bytes);
        var properties = MessageSections.Decode<ApplicationProperties>(sections.ApplicationProperties);
        foreach (var (name, value) in changes)
        {
            properties.Map[name] = value;
        }

        return Of(sections.Annotations, sections.Properties, MessageSections.Encode(properties), sections.Body, MessageId);
    }

    /// <exception cref="ArgumentException">The properties take more than Service Bus allows.</exception>
    private static void Check(ReadOnlyMemory<byte> applicationProperties)
    {
        if (applicationProperties.Length > MaxPropertiesSize)
        {
            throw new ArgumentException(
                $"The application properties take more than {MaxPropertiesSize} bytes.",
                nameof(applicationProperties));
        }

        // One can't be too large unless all are.
        if (applicationProperties.Length <= MaxPropertySize)
        {
            return;
        }

        foreach (var property in MessageSections.Decode<ApplicationProperties>(applicationProperties).Map)
        {
            if (MessageSections.Encode(new Microsoft.Azure.Amqp.Framing.AmqpValue { Value = property.Value }).Length > MaxPropertySize)
            {
                throw new ArgumentException(
                    $"Application property {property.Key} takes more than {MaxPropertySize} bytes.",
                    nameof(applicationProperties));
            }
        }
    }
}
