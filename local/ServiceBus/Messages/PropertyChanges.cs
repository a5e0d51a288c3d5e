using System.Runtime.Serialization;
using Azure.Core.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>Changes to application properties, as values of AMQP's types.</summary>
internal static class PropertyChanges
{
    /// <exception cref="SerializationException">AMQP has no such type of value.</exception>
    public static Dictionary<string, object>? Of(IDictionary<string, object>? changes)
    {
        if (changes is not { Count: > 0 })
        {
            return null;
        }

        // By way of a message, because only the SDK knows how .NET's types become AMQP's.
        var message = new AmqpAnnotatedMessage(AmqpMessageBody.FromData([]));
        foreach (var change in changes)
        {
            message.ApplicationProperties.Add(change.Key, change.Value);
        }

        var sections = MessageSections.Of(message.ToBytes().ToMemory());
        return Of(MessageSections.Decode<ApplicationProperties>(sections.ApplicationProperties).Map);
    }

    public static Dictionary<string, object>? Of(IEnumerable<KeyValuePair<MapKey, object>>? changes) =>
        changes?.ToDictionary(change => change.Key.ToString(), change => change.Value, StringComparer.Ordinal);
}
