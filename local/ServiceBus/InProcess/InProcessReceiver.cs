using System.Runtime.CompilerServices;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus.InProcess;

/// <summary>Receives from one queue or its dead letters, and settles what it received.</summary>
internal sealed class InProcessReceiver : ServiceBusReceiver
{
    private readonly InProcessClient _client;
    private readonly string _queueName;
    private readonly string _identifier;
    private readonly SubQueue _subQueue;
    private readonly ServiceBusReceiveMode _mode;
    private readonly CancellationTokenSource _closing;
    private long _lastPeeked;

    public InProcessReceiver(InProcessClient client, string queueName, ServiceBusReceiverOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        _client = client;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(client.Closing);
        _queueName = queueName;
        _identifier = string.IsNullOrEmpty(options?.Identifier) ? $"{queueName}-{Guid.NewGuid()}" : options.Identifier;
        _subQueue = options?.SubQueue ?? SubQueue.None;
        _mode = options?.ReceiveMode ?? ServiceBusReceiveMode.PeekLock;
        if (_subQueue == SubQueue.TransferDeadLetter || options?.PrefetchCount > 0)
        {
            throw new NotSupportedException(
                "The local Service Bus neither forwards, so that it has no transfer dead letters, nor prefetches.");
        }
    }

    public override string EntityPath => _subQueue == SubQueue.DeadLetter ? $"{_queueName}/$DeadLetterQueue" : _queueName;

    public override string FullyQualifiedNamespace => _client.FullyQualifiedNamespace;

    public override string Identifier => _identifier;

    public override bool IsClosed => _closing.IsCancellationRequested;

    public override int PrefetchCount => 0;

    public override ServiceBusReceiveMode ReceiveMode => _mode;

    /// <summary>The next message, or null when none came within the time (the try timeout if not given).</summary>
    public override async Task<ServiceBusReceivedMessage?> ReceiveMessageAsync(
        TimeSpan? maxWaitTime = default,
        CancellationToken cancellationToken = default)
    {
        if (maxWaitTime is { } wait)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(maxWaitTime));
        }

        return await ReceiveAsync(maxWaitTime ?? _client.Retries.TryTimeout, cancellationToken) is { } delivery
            ? await TakeAsync(delivery)
            : null;
    }

    /// <summary>The next message under a lock, and what it looks like on the wire, for whoever hands it on.</summary>
    public async Task<(
        ServiceBusReceivedMessage Message,
        ReadOnlyMemory<byte> Amqp)?> ReceiveEncodedAsync(CancellationToken cancellationToken)
    {
        if (await ReceiveAsync(_client.Retries.TryTimeout, cancellationToken) is not { } delivery)
        {
            return null;
        }

        var amqp = delivery.ToAmqp(delivery.DeliveryCount);
        return (delivery.ToReceived(amqp), amqp);
    }

    /// <summary>Waits for one message and takes along what else is there, up to the number given.</summary>
    public override async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveMessagesAsync(
        int maxMessages,
        TimeSpan? maxWaitTime = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        var received = new List<ServiceBusReceivedMessage>();
        var next = await ReceiveMessageAsync(maxWaitTime, cancellationToken);
        while (next is not null)
        {
            received.Add(next);
            next = received.Count < maxMessages && await ReceiveAsync(TimeSpan.Zero, cancellationToken) is { } delivery
                ? await TakeAsync(delivery)
                : null;
        }

        return received;
    }

    public override async IAsyncEnumerable<ServiceBusReceivedMessage> ReceiveMessagesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await ReceiveMessageAsync(null, cancellationToken) is { } message)
            {
                yield return message;
            }
        }
    }

    public override async Task<ServiceBusReceivedMessage> ReceiveDeferredMessageAsync(
        long sequenceNumber,
        CancellationToken cancellationToken = default) =>
        (await ReceiveDeferredMessagesAsync([sequenceNumber], cancellationToken))[0];

    public override async Task<IReadOnlyList<ServiceBusReceivedMessage>> ReceiveDeferredMessagesAsync(
        IEnumerable<long> sequenceNumbers,
        CancellationToken cancellationToken = default)
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

    public override async Task<ServiceBusReceivedMessage?> PeekMessageAsync(
        long? fromSequenceNumber = default,
        CancellationToken cancellationToken = default) =>
        await PeekMessagesAsync(1, fromSequenceNumber, cancellationToken) is [var message] ? message : null;

    /// <summary>Shows messages from a number on; without one, those after what this receiver peeked last.</summary>
    public override async Task<IReadOnlyList<ServiceBusReceivedMessage>> PeekMessagesAsync(
        int maxMessages,
        long? fromSequenceNumber = default,
        CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        var seen = await _client.Retries.RunAsync(
            (Receiver: this, From: fromSequenceNumber ?? _lastPeeked + 1, maxMessages),
            static call => call.Receiver.Queue().PeekDeliveriesAsync(call.Receiver._subQueue, call.From, call.maxMessages),
            cancellationToken);
        _lastPeeked = seen.Count > 0 ? seen[^1].SequenceNumber : _lastPeeked;
        return [.. seen.Select(delivery => delivery.ToReceived())];
    }

    public override Task CompleteMessageAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default) =>
        SettleAsync(message, null, static (queue, lockToken, from, _) => queue.CompleteAsync(lockToken, from), cancellationToken);

    public override Task AbandonMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        SettleAsync(
            message,
            PropertyChanges.Of(propertiesToModify),
            static (queue, lockToken, from, changes) => queue.AbandonAsync(lockToken, from, changes),
            cancellationToken);

    public override Task DeferMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        SettleAsync(
            message,
            PropertyChanges.Of(propertiesToModify),
            static (queue, lockToken, from, changes) => queue.DeferAsync(lockToken, from, changes),
            cancellationToken);

    public override Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object>? propertiesToModify = null,
        CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, propertiesToModify!, null!, null, cancellationToken);

    public override Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        string deadLetterReason,
        string? deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default) =>
        DeadLetterMessageAsync(message, null!, deadLetterReason, deadLetterErrorDescription, cancellationToken);

    public override Task DeadLetterMessageAsync(
        ServiceBusReceivedMessage message,
        IDictionary<string, object> propertiesToModify,
        string deadLetterReason,
        string? deadLetterErrorDescription = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadLetterReason?.Length ?? 0, 4096, nameof(deadLetterReason));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadLetterErrorDescription?.Length ?? 0, 4096, nameof(deadLetterErrorDescription));
        return SettleAsync(
            message,
            DeadLetterProperties.Of(deadLetterReason, deadLetterErrorDescription, PropertyChanges.Of(propertiesToModify)),
            static (queue, lockToken, from, changes) => queue.DeadLetterAsync(lockToken, from, changes),
            cancellationToken);
    }

    public override async Task RenewMessageLockAsync(ServiceBusReceivedMessage message, CancellationToken cancellationToken = default)
    {
        ThrowUnlessLocking(message);
        var lockedUntil = await _client.Retries.RunAsync(
            (Receiver: this, message),
            static call => call.Receiver.Queue().RenewAsync(Guid.Parse(call.message.LockToken), call.Receiver._subQueue),
            cancellationToken);
        message.GetRawAmqpMessage().MessageAnnotations[MessageAnnotation.LockedUntil] = lockedUntil.UtcDateTime;
    }

    /// <summary>Ends pending receives; what was received and isn't settled comes back when its lock ends.</summary>
    public override Task CloseAsync(CancellationToken cancellationToken = default) => _closing.CancelAsync();

    private async Task<Delivery?> ReceiveAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        using var linked = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token)
            : null;
        return await _client.Retries.RepeatAsync(
            (Receiver: this, wait),
            static (call, stop) => call.Receiver.Queue().ReceiveAsync(call.Receiver._subQueue, call.wait, stop),
            linked?.Token ?? _closing.Token);
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
        IDictionary<string, object>? changes,
        Func<ServiceBusQueue, Guid, SubQueue, IDictionary<string, object>?, ValueTask> settle,
        CancellationToken cancellationToken)
    {
        ThrowUnlessLocking(message);
        await _client.Retries.RunAsync(
            (Receiver: this, message, changes, settle),
            static async call =>
            {
                await call.settle(call.Receiver.Queue(), Guid.Parse(call.message.LockToken), call.Receiver._subQueue, call.changes);
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
