using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions.Queues;

/// <summary>Settles one message through the receiver that holds its lock, and knows whether that was done.</summary>
internal sealed class MessageActions(ServiceBusReceiver receiver, HostStop stop) : ServiceBusMessageActions
{
    /// <summary>Whether the message has left the lock, so that nobody else need settle it.</summary>
    public bool Settled { get; private set; }

    public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(() => receiver.CompleteMessageAsync(message, cancellationToken));

    public override Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(() => receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken));

    public override Task DeferMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(() => receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken));

    public override Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        Dictionary<string, object>? propertiesToModify = null,
        string? deadLetterReason = null,
        string? deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        SettleAsync(() => receiver.DeadLetterMessageAsync(message, propertiesToModify, deadLetterReason, deadLetterErrorDescription, cancellationToken));

    public override Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ThrowIfAborted();
        return receiver.RenewMessageLockAsync(message, cancellationToken);
    }

    private async Task SettleAsync(Func<Task> settle)
    {
        ThrowIfAborted();
        await settle();
        Settled = true;
    }

    /// <summary>A killed process says nothing to the broker any more.</summary>
    private void ThrowIfAborted()
    {
        if (stop.Aborted)
        {
            throw new OperationCanceledException(stop.Running);
        }
    }
}
