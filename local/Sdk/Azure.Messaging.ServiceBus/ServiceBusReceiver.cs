#nullable disable
using System.Runtime.CompilerServices;
using Chat.Local.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>Receives from one queue or its dead letters, and settles what it received.</summary>
public class ServiceBusReceiver : IAsyncDisposable
{
    private readonly ServiceBusClient _client;
    private readonly string _queueName;
    private readonly SubQueue _subQueue;
    private readonly CancellationTokenSource _closing;
    private long _lastPeeked;

    protected ServiceBusReceiver()
    {
    }

    internal ServiceBusReceiver(ServiceBusClient client, string queueName, ServiceBusReceiverOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        _client = client;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(client.Closing);
        _queueName = queueName;
        _subQueue = options?.SubQueue ?? SubQueue.None;
        ReceiveMode = options?.ReceiveMode ?? ServiceBusReceiveMode.PeekLock;
        if (_subQueue == SubQueue.TransferDeadLetter || options?.PrefetchCount > 0)
        {
            throw new NotSupportedException("The local Service Bus neither forwards, so that it has no transfer dead letters, nor prefetches.");
        }
    }

    public virtual string EntityPath => _subQueue == SubQueue.DeadLetter ? $"{_queueName}/$DeadLetterQueue" : _queueName;

    public virtual string FullyQualifiedNamespace => _client.FullyQualifiedNamespace;

    public virtual bool IsClosed => _closing.IsCancellationRequested;

    public virtual int PrefetchCount => 0;

    public virtual ServiceBusReceiveMode ReceiveMode { get; }

    /// <summary>The next message, or null when none came within the time (the try timeout if not given).</summary>
    public virtual async Task<ServiceBusReceivedMessage> ReceiveMessageAsync(TimeSpan? maxWaitTime = default, CancellationToken cancellationToken = default)
    {
        if (maxWaitTime is { } wait)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(maxWaitTime));
        }

        return await ReceiveAsync(maxWaitTime ?? _client.Retries.TryTimeout, cancellationToken);
    }

    /// <summary>Waits for one message and takes along what else is there, up to the number given.</summary>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(int maxMessages, TimeSpan? maxWaitTime = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        var received = new List<ServiceBusReceivedMessage>();
        var next = await ReceiveMessageAsync(maxWaitTime, cancellationToken);
        while (next is not null)
        {
            received.Add(next);
            next = received.Count < maxMessages ? await ReceiveAsync(TimeSpan.Zero, cancellationToken) : null;
        }

        return received;
    }

    public virtual async IAsyncEnumerable<ServiceBusReceivedMessage> ReceiveMessagesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ReceiveMessageAsync(null, cancellationToken) is { } message)
            {
                yield return message;
            }
        }
    }

    public virtual async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        (await ReceiveDeferredMessagesAsync([sequenceNumber], cancellationToken))[0];

    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredMessagesAsync(IEnumerable<long> sequenceNumbers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        ThrowIfClosed();
        var deliveries = await _client.Retries.RunAsync(
            (Receiver: this, Numbers: sequenceNumbers.ToList()),
            static call => call.Receiver.Queue().ReceiveDeferredAsync(call.Receiver._subQueue, call.Numbers),
            cancellationToken);
        var messages = new List<ServiceBusReceivedMessage>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            messages.Add(await TakeAsync(delivery));
        }

        return messages;
    }

    public virtual async Task<ServiceBusReceivedMessage> PeekMessageAsync(long? fromSequenceNumber = default, CancellationToken cancellationToken = default) =>
        await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken) is [var message] ? message : null;

    /// <summary>Shows messages from a number on; without one, those after what this receiver peeked last.</summary>
    public virtual async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(int maxMessages, long? fromSequenceNumber = default, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        var messages = await _client.Retries.RunAsync(
            (Receiver: this, From: fromSequenceNumber ?? _lastPeeked + 1, maxMessages),
            static call => call.Receiver.Queue().PeekAsync(call.Receiver._subQueue, call.From, call.maxMessages),
            cancellationToken);
        _lastPeeked = messages.Count > 0 ? messages[^1].SequenceNumber : _lastPeeked;
        return messages;
    }

    public virtual Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(message, null, static (queue, lockToken, from, id, _) => queue.CompleteAsync(lockToken, from, id), cancellationToken);

    public virtual Task AbandonMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(message, propertiesToModify, static (queue, lockToken, from, id, changes) => queue.AbandonAsync(lockToken, from, id, changes), cancellationToken);

    public virtual Task DeferMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        SettleAsync(message, propertiesToModify, static (queue, lockToken, from, id, changes) => queue.DeferAsync(lockToken, from, id, changes), cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, propertiesToModify, null, null, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, null, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public virtual Task DeadLetterMessageAsync(ServiceBusReceivedMessage message, IDictionary<string, object> propertiesToModify, string deadLetterReason, string deadLetterErrorDescription = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadLetterReason?.Length ?? 0, 4096, nameof(deadLetterReason));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadLetterErrorDescription?.Length ?? 0, 4096, nameof(deadLetterErrorDescription));
        return SettleAsync(
            message,
            DeadLetterProperties.Of(deadLetterReason, deadLetterErrorDescription, propertiesToModify),
            static (queue, lockToken, from, id, changes) => queue.DeadLetterAsync(lockToken, from, id, changes),
            cancellationToken);
    }

    public virtual async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ThrowUnlessLocking(message);
        message.LockedUntil = await _client.Retries.RunAsync(
            (Receiver: this, message),
            static call => call.Receiver.Queue().RenewAsync(call.message.LockTokenGuid, call.Receiver._subQueue, call.message.MessageId),
            cancellationToken);
    }

    /// <summary>Ends pending receives; what was received and isn't settled comes back when its lock ends.</summary>
    public virtual Task CloseAsync(CancellationToken cancellationToken = default) => _closing.CancelAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<ServiceBusReceivedMessage> ReceiveAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        using var linked = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token) : null;
        var delivery = await _client.Retries.RepeatAsync(
            (Receiver: this, wait),
            static (call, stop) => call.Receiver.Queue().ReceiveAsync(call.Receiver._subQueue, call.wait, stop),
            linked?.Token ?? _closing.Token);
        return delivery is null ? null : await TakeAsync(delivery);
    }

    private async ValueTask<ServiceBusReceivedMessage> TakeAsync(Delivery delivery)
    {
        var message = delivery.ToReceived();
        if (ReceiveMode == ServiceBusReceiveMode.ReceiveAndDelete)
        {
            await Queue().TakeAsync(delivery.LockToken, _subQueue);
        }

        return message;
    }

    private async Task SettleAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> changes,
        Func<ServiceBusQueue, Guid, SubQueue, string, IDictionary<string, object>, ValueTask> settle,
        CancellationToken cancellationToken)
    {
        ThrowUnlessLocking(message);
        await _client.Retries.RunAsync(
            (Receiver: this, message, changes, settle),
            static async call =>
            {
                await call.settle(call.Receiver.Queue(), call.message.LockTokenGuid, call.Receiver._subQueue, call.message.MessageId, call.changes);
                return true;
            },
            cancellationToken);
    }

    private void ThrowUnlessLocking(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        ThrowIfClosed();
        if (ReceiveMode != ServiceBusReceiveMode.PeekLock)
        {
            throw new InvalidOperationException("The operation is only supported in PeekLock receive mode.");
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(IsClosed, this);

    private ServiceBusQueue Queue() => _client.Queue(_queueName);
}
