using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.ServiceBus.Grpc;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Settles the message that a function was given, through the host, which then leaves it alone.</summary>
[InputConverter(typeof(MessageActionsConverter))]
public class ServiceBusMessageActions
{
    private readonly Settlement.SettlementClient _settlement;

    internal ServiceBusMessageActions(Settlement.SettlementClient settlement) => _settlement = settlement;

    /// <summary>For tests, which override what they call.</summary>
    protected ServiceBusMessageActions() => _settlement = null!;

    public virtual async Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        await _settlement.CompleteAsync(new() { Locktoken = LockTokenOf(message) }, cancellationToken: cancellationToken);

    public virtual async Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = null,
        string? deadLetterReason = null,
        string? deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default)
    {
        if (propertiesToModify is not null)
        {
            throw new NotSupportedException("The stand-in for the Service Bus extension changes no properties.");
        }

        var request = new DeadletterRequest
        {
            Locktoken = LockTokenOf(message),
            DeadletterReason = deadLetterReason,
            DeadletterErrorDescription = deadLetterErrorDescription,
        };
        await _settlement.DeadletterAsync(request, cancellationToken: cancellationToken);
    }

    private static string LockTokenOf(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.LockToken;
    }
}

/// <summary>Gives a function what it settles its message with.</summary>
internal sealed class MessageActionsConverter(Settlement.SettlementClient settlement) : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(ConversionResult.Success(new ServiceBusMessageActions(settlement)));
}
