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
    private readonly ServiceBusSender _fanout = client.CreateSender(EntriesPushed.Queue);

    /// <summary>Opens the connection and the way to the queue, so that the first hand-over doesn't wait for them.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The SDK asks the queue how large a batch may be.
        using var batch = await _deliveries.CreateMessageBatchAsync(cancellationToken);
    }

    /// <summary>Hands a committed range over to delivery.</summary>
    public Task HandOverAsync(CommittedRange range) => SendAsync(EntriesCommitted.Of(range), null, CancellationToken.None);

    /// <summary>Hands a range over, at once or at an instant. What is left of one goes under an id of its own.</summary>
    public Task SendAsync(EntriesCommitted committed, DateTimeOffset? at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(committed);
        var body = JsonSerializer.SerializeToUtf8Bytes(committed, ChatJson.Default.EntriesCommitted);
        if (body.Length > MaxBody)
        {
            body = JsonSerializer.SerializeToUtf8Bytes(committed with { Entries = null }, ChatJson.Default.EntriesCommitted);
        }

        var message = new ServiceBusMessage(body)
        {
            MessageId = committed.IsRest ? OpaqueId.Random() : committed.MessageId,
            ContentType = "application/json",
        };
        if (at is { } instant)
        {
            message.ScheduledEnqueueTime = instant;
        }

        return _deliveries.SendTracedAsync(message, cancellationToken);
    }

    /// <summary>Sends a range's fan-out on to its next members, under an id of its own: a dropped duplicate would end the chain.</summary>
    public Task SendAsync(EntriesPushed pushed, CancellationToken cancellationToken) =>
        _fanout.SendTracedAsync(Message(pushed, OpaqueId.Random()), cancellationToken);

    /// <summary>Lets a conversation's inboxes catch up at an instant. All that is put off until then shares one message.</summary>
    public Task PutOffAsync(ConversationId conversation, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var message = Message(new EntriesPushed { ConversationId = conversation }, $"{conversation}:i{until.ToUnixTimeMilliseconds()}");
        message.ScheduledEnqueueTime = until;
        return _fanout.SendTracedAsync(message, cancellationToken);
    }

    private static ServiceBusMessage Message(EntriesPushed pushed, string id) =>
        new(JsonSerializer.SerializeToUtf8Bytes(pushed, ChatJson.Default.EntriesPushed)) { MessageId = id, ContentType = "application/json" };
}
