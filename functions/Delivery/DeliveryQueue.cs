using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Delivery;

/// <summary>Sends what delivery works on. A send returns once Service Bus has it.</summary>
public sealed class DeliveryQueue(ServiceBusClient client)
{
    /// <summary>Service Bus takes 256 KB with properties; beyond this the consumer reads the entries from the log.</summary>
    private const int MaxBody = 192 * 1024;

    private readonly ServiceBusSender _deliveries = client.CreateSender(EntriesCommitted.Queue);
    private readonly ServiceBusSender _fanout = client.CreateSender(FanOutMessage.Queue);

    /// <summary>Opens the connection and the way to the queue, so that the first hand-over doesn't wait for them.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The SDK asks the queue how large a batch may be.
        using var batch = await _deliveries.CreateMessageBatchAsync(cancellationToken);
    }

    /// <summary>Hands a committed range over to delivery.</summary>
    public Task EnqueueAsync(CommittedRange range) => EnqueueAsync(EntriesCommitted.Of(range), CancellationToken.None);

    /// <summary>Hands a range over; the queue drops one that was handed over within the last minutes.</summary>
    public Task EnqueueAsync(EntriesCommitted committed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(committed);
        var body = JsonSerializer.SerializeToUtf8Bytes(committed, ChatJson.Default.EntriesCommitted);
        if (body.Length > MaxBody)
        {
            body = JsonSerializer.SerializeToUtf8Bytes(committed with { Entries = null }, ChatJson.Default.EntriesCommitted);
        }

        return _deliveries.SendTracedAsync(Message(body, committed.MessageId), cancellationToken);
    }

    /// <summary>Sends what is to be done for many, at once or at an instant.</summary>
    public Task EnqueueAsync(FanOutMessage fanOut, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fanOut);
        var message = Message(JsonSerializer.SerializeToUtf8Bytes(fanOut, ChatJson.Default.FanOutMessage), fanOut.MessageId);
        if (at is { } instant)
        {
            message.ScheduledEnqueueTime = instant;
        }

        return _fanout.SendTracedAsync(message, cancellationToken);
    }

    private static ServiceBusMessage Message(byte[] body, string id) => new(body) { MessageId = id, ContentType = "application/json" };
}
