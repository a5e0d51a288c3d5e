using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;

namespace Chat.Local.Functions.Queues;

/// <summary>Settles one message through the receiver that holds its lock, and knows whether that was done.</summary>
internal sealed class MessageActions(
    ServiceBusReceivedMessage message,
    ServiceBusReceiver receiver,
    Faults faults,
    TimeProvider time,
    HostStop stop)
{
    public string LockToken => message.LockToken;

    /// <summary>Whether the message has left the lock, so that nobody else need settle it.</summary>
    public bool Settled { get; private set; }

    public DateTimeOffset LockedUntil => message.LockedUntil;

    public Task CompleteAsync(CancellationToken cancellationToken = default) =>
        SettleAsync("complete", () => receiver.CompleteMessageAsync(message, cancellationToken));

    public Task AbandonAsync(IDictionary<string, object>? propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync("abandon", () => receiver.AbandonMessageAsync(message, propertiesToModify, cancellationToken));

    public Task DeferAsync(IDictionary<string, object>? propertiesToModify, CancellationToken cancellationToken) =>
        SettleAsync("defer", () => receiver.DeferMessageAsync(message, propertiesToModify, cancellationToken));

    public Task DeadLetterAsync(
        IDictionary<string, object>? propertiesToModify,
        string? reason,
        string? description,
        CancellationToken cancellationToken) =>
        SettleAsync(
            "deadletter",
            () => receiver.DeadLetterMessageAsync(message, propertiesToModify?.ToDictionary(), reason, description, cancellationToken));

    public Task RenewAsync(CancellationToken cancellationToken = default) =>
        DoAsync("renew", () => receiver.RenewMessageLockAsync(message, cancellationToken));

    private async Task SettleAsync(string operation, Func<Task> settle)
    {
        await DoAsync(operation, settle);
        Settled = true;
    }

    private async Task DoAsync(string operation, Func<Task> apply)
    {
        ThrowIfAborted();
        var fault = await faults.NextAsync("functions", operation, $"{receiver.EntityPath}/{message.MessageId}");
        if (fault is not null)
        {
            await InjectedFault.BeforeAsync(fault, receiver.EntityPath, time);
        }

        await apply();
        InjectedFault.After(fault, receiver.EntityPath);
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
