using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Protocol;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Chat.Local.Functions.Queues;

/// <summary>A message as the Service Bus extension of the real host gives it to a worker.</summary>
internal static class TriggerMessage
{
    /// <summary>The message for a function that takes it as such; its body for others.</summary>
    public static TypedData Data(ServiceBusTriggerBinding trigger, ServiceBusReceivedMessage message, ReadOnlyMemory<byte> amqp) =>
        trigger switch
        {
            { TakesMessage: true } => new TypedData { ModelBindingData = Model(message, amqp.Span) },
            { DataType: "Binary" } => new TypedData { Bytes = ByteString.CopyFrom(message.Body.ToMemory().Span) },
            _ => new TypedData { String = message.Body.ToString() },
        };

    /// <summary>What the real host says beside the message.</summary>
    public static void Describe(ServiceBusReceivedMessage message, MapField<string, TypedData> metadata)
    {
        Add("MessageId", message.MessageId);
        Add("DeliveryCount", message.DeliveryCount);
        Add("SequenceNumber", message.SequenceNumber);
        Add("LockToken", message.LockToken);
        Add("EnqueuedTimeUtc", message.EnqueuedTime.UtcDateTime);
        Add("ExpiresAtUtc", message.ExpiresAt.UtcDateTime);

        void Add<T>(string name, T value) => metadata[name] = new TypedData { Json = JsonSerializer.Serialize(value) };
    }

    /// <summary>16 bytes of the lock token, then the message as AMQP has it.</summary>
    private static ModelBindingData Model(ServiceBusReceivedMessage message, ReadOnlySpan<byte> amqp)
    {
        var content = new byte[16 + amqp.Length];
        Guid.Parse(message.LockToken).TryWriteBytes(content);
        amqp.CopyTo(content.AsSpan(16));
        return new ModelBindingData
        {
            Version = "1.0",
            Source = "AzureServiceBusReceivedMessage",
            ContentType = "application/octet-stream",
            Content = UnsafeByteOperations.UnsafeWrap(content),
        };
    }
}
