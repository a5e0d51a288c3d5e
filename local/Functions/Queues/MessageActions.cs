using Azure.Messaging.ServiceBus;

namespace Chat.Local.Functions.Queues;

/// <summary>Settles one message through the receiver that holds its lock, and knows whether that was done.</summary>
internal sealed class MessageActions(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, HostStop stop)
{
    public string LockToken => message.LockToken;

    /// <summary>Whether the message has left the lock, so that nobody else need settle it.</summary>
    public bool Settled { get; private set; }

    public DateTimeOffset LockedUntil => message.LockedUntil;

    public Task CompleteAsync(CancellationToken cancellationToken = default) => SettleAsync(() => receiver.CompleteMessageAsync(message, cancellationToken));

    public Task AbandonAsync(IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(() => receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken));

    public Task DeferAsync(IDictionary<string, object>? propertiesToModify, CancellationToken cancellationToken) =>
        SettleAsync(() => receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken));

    public Task DeadLetterAsync(IDictionary<string, object>? propertiesToModify, string? reason, string? description, CancellationToken cancellationToken) =>
        SettleAsync(() => receiver.DeadLetterMessageAsync(message, propertiesToModify?.ToDictionary(), reason, description, cancellationToken));

    public Task RenewAsync(CancellationToken cancellationToken = default)
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
