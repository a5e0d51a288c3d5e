using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Scheduled;

/// <summary>
/// On queue <c>scheduled</c>: a scheduled message is due. It applies only if the message is still scheduled for that instant.
/// </summary>
public sealed record ScheduledDue(ConversationId ConversationId, UserId SenderId, MessageId MessageId, DateTimeOffset DueAt)
{
    public const string Queue = "scheduled";

    /// <summary>The session token by which a reader finds the document; null when it was stored long before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Session? Session { get; init; }

    public static ScheduledDue Of(ScheduledMessage scheduled) =>
        new(scheduled.ConversationId, scheduled.SenderId, scheduled.MessageId, scheduled.DueAt);
}

/// <summary>Sends <see cref="ScheduledDue"/> messages.</summary>
public sealed class ScheduledQueue(ServiceBusClient client)
{
    private readonly ServiceBusSender _sender = client.CreateSender(ScheduledDue.Queue);

    /// <summary>
    /// Enqueues it for the instant when the message is due. A duplicate is dropped by the queue or does nothing.
    /// </summary>
    public Task ScheduleAsync(ScheduledDue due, CancellationToken cancellationToken) =>
        SendAsync(due, $"{due.ConversationId}:{due.MessageId}:{due.DueAt.ToUnixTimeMilliseconds()}", due.DueAt, cancellationToken);

    /// <summary>Enqueues it once more, under a new message id: for the instant when the message is due, or for now.</summary>
    public Task SendAsync(ScheduledDue due, CancellationToken cancellationToken) =>
        SendAsync(due, OpaqueId.Random(), due.DueAt, cancellationToken);

    /// <summary>Enqueues it for a later instant, under a new message id.</summary>
    public Task DeferAsync(ScheduledDue due, DateTimeOffset until, CancellationToken cancellationToken) =>
        SendAsync(due with { Session = null }, OpaqueId.Random(), until, cancellationToken);

    private Task SendAsync(ScheduledDue due, string messageId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(due, ChatJson.Default.ScheduledDue);
        return _sender.SendTracedAsync(
            new ServiceBusMessage(body) { MessageId = messageId, ContentType = "application/json", ScheduledEnqueueTime = at },
            cancellationToken);
    }
}
