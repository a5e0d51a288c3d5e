using Azure.Core.Amqp;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for each message of a queue, under a lock that the host renews and settles.</summary>
[InputConverter(typeof(ReceivedMessageConverter))]
[ConverterFallbackBehavior(ConverterFallbackBehavior.Default)]
public sealed class ServiceBusTriggerAttribute(string queueName) : TriggerBindingAttribute, ISupportCardinality
{
    public string? QueueName { get; } = queueName;

    /// <summary>The setting that holds the connection string; <c>AzureWebJobsServiceBus</c> when null.</summary>
    public string? Connection { get; set; }

    public bool IsSessionsEnabled { get; set; }

    /// <summary>Whether the host completes a message whose function returned and didn't settle it; as host.json says unless set.</summary>
    public bool AutoCompleteMessages { get; set; }

    /// <summary>Whether the function takes many messages at a time.</summary>
    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    Cardinality ISupportCardinality.Cardinality
    {
        get => IsBatched ? Cardinality.Many : Cardinality.One;
        set => IsBatched = value == Cardinality.Many;
    }
}

/// <summary>Reads the message that the host gives to a function: 16 bytes of its lock token, then the message as AMQP has it.</summary>
[SupportsDeferredBinding]
[SupportedTargetType(typeof(ServiceBusReceivedMessage))]
internal sealed class ReceivedMessageConverter : IInputConverter
{
    private const int LockTokenLength = 16;

    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.Source is ModelBindingData { Content: var content }
            ? ConversionResult.Success(Read(content.ToMemory()))
            : ConversionResult.Unhandled());

    private static ServiceBusReceivedMessage Read(ReadOnlyMemory<byte> content) => ServiceBusReceivedMessage.FromAmqpMessage(
        AmqpAnnotatedMessage.FromBytes(new BinaryData(content[LockTokenLength..])),
        new BinaryData(content[..LockTokenLength]));
}
