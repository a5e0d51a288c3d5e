using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Delivery;

/// <summary>Enqueues deliveries and fan-outs. A call returns once Service Bus has stored the message.</summary>
public sealed class DeliveryQueue(ServiceBusClient client)
{
    /// <summary>
    /// A larger body goes without its entries and messages, which the consumer then reads. Service Bus takes 256 KB with properties.
    /// </summary>
    private const int MaxBody = 192 * 1024;

    private readonly ServiceBusSender _deliveries = client.CreateSender(EntriesCommitted.Queue);
    private readonly ServiceBusSender _fanout = client.CreateSender(FanOutMessage.Queue);

    /// <summary>Opens the connection and the link to the queue, so that the first delivery doesn't wait for them.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The SDK opens them lazily; a new batch makes it ask the queue for its largest message.
        using var batch = await _deliveries.CreateMessageBatchAsync(cancellationToken);
    }

    /// <summary>Enqueues the delivery of a committed range.</summary>
    public Task EnqueueAsync(CommittedRange range) => EnqueueAsync(EntriesCommitted.Of(range), CancellationToken.None);

    /// <summary>Enqueues a delivery. The queue drops it if it got the same one within its duplicate detection window.</summary>
    public Task EnqueueAsync(EntriesCommitted committed, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(committed, ChatJson.Default.EntriesCommitted);
        if (body.Length > MaxBody)
        {
            committed = committed with { Entries = null, Updated = null };
            body = JsonSerializer.SerializeToUtf8Bytes(committed, ChatJson.Default.EntriesCommitted);
        }

        return _deliveries.SendTracedAsync(Message(body, committed.MessageId), cancellationToken);
    }

    /// <summary>Enqueues a fan-out, for now or for an instant.</summary>
    public Task EnqueueAsync(FanOutMessage fanOut, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        var message = Message(JsonSerializer.SerializeToUtf8Bytes(fanOut, ChatJson.Default.FanOutMessage), fanOut.MessageId);
        if (at is { } instant)
        {
            message.ScheduledEnqueueTime = instant;
        }

        return _fanout.SendTracedAsync(message, cancellationToken);
    }

    private static ServiceBusMessage Message(byte[] body, string id) => new(body) { MessageId = id, ContentType = "application/json" };
}
