using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus.InProcess;

/// <summary>Sends to one queue. What a completed call was given is durable.</summary>
internal sealed class InProcessSender : ServiceBusSender
{
    private readonly InProcessClient _client;
    private bool _closed;

    public InProcessSender(InProcessClient client, string queueName, ServiceBusSenderOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queueName);
        _client = client;
        EntityPath = queueName;
        Identifier = string.IsNullOrEmpty(options?.Identifier) ? $"{queueName}-{Guid.NewGuid()}" : options.Identifier;
    }

    public override string EntityPath { get; }

    public override string FullyQualifiedNamespace => _client.FullyQualifiedNamespace;

    public override string Identifier { get; }

    public override bool IsClosed => _closed || _client.IsClosed;

    public override Task SendMessageAsync(ServiceBusMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return SendAsync("send", [Submission.Of(message)], cancellationToken);
    }

    public override Task SendMessagesAsync(IEnumerable<ServiceBusMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return SendAsync("send", [.. messages.Select(Submission.Of)], cancellationToken);
    }

    public override Task SendMessagesAsync(ServiceBusMessageBatch messageBatch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messageBatch);
        return SendAsync("send", InProcessBatch.MessagesOf(messageBatch), cancellationToken);
    }

    public override ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(CancellationToken cancellationToken = default) =>
        CreateMessageBatchAsync(new CreateMessageBatchOptions(), cancellationToken);

    public override ValueTask<ServiceBusMessageBatch> CreateMessageBatchAsync(
        CreateMessageBatchOptions options,
        CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ArgumentNullException.ThrowIfNull(options);
        var size = options.MaxSizeInBytes ?? StoredContent.MaxSize;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, StoredContent.MaxSize, nameof(options));
        return new(InProcessBatch.Create(size));
    }

    public override async Task<long> ScheduleMessageAsync(
        ServiceBusMessage message,
        DateTimeOffset scheduledEnqueueTime,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (await ScheduleMessagesAsync([message], scheduledEnqueueTime, cancellationToken))[0];
    }

    /// <summary>Sends messages for later; the numbers that it returns cancel them. They get others when their time comes.</summary>
    public override Task<IReadOnlyList<long>> ScheduleMessagesAsync(
        IEnumerable<ServiceBusMessage> messages, DateTimeOffset scheduledEnqueueTime, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var submissions = new List<Submission>();
        foreach (var message in messages)
        {
            message.ScheduledEnqueueTime = scheduledEnqueueTime.ToUniversalTime();
            submissions.Add(Submission.Of(message));
        }

        return SendAsync("schedule", submissions, cancellationToken);
    }

    public override Task CancelScheduledMessageAsync(long sequenceNumber, CancellationToken cancellationToken = default) =>
        CancelScheduledMessagesAsync([sequenceNumber], cancellationToken);

    public override async Task CancelScheduledMessagesAsync(
        IEnumerable<long> sequenceNumbers,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequenceNumbers);
        ObjectDisposedException.ThrowIf(IsClosed, this);
        await _client.Retries.RunAsync(
            (Sender: this, Numbers: sequenceNumbers.ToList()),
            static async call =>
            {
                await call.Sender.Queue().CancelAsync(call.Numbers);
                return true;
            },
            cancellationToken);
    }

    public override Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _closed = true;
        return Task.CompletedTask;
    }

    private async Task<IReadOnlyList<long>> SendAsync(
        string operation,
        IReadOnlyList<Submission> messages,
        CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (messages.Count == 0)
        {
            return [];
        }

        return await _client.Retries.RunAsync(
            (Sender: this, operation, messages),
            static call => call.Sender.Queue().SendAsync(call.messages, call.operation),
            cancellationToken);
    }

    private ServiceBusQueue Queue() => _client.Queue(EntityPath);
}
