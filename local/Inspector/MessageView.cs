using System.Text;
using Azure.Messaging.ServiceBus;

namespace Chat.Local.Inspector;

/// <summary>A message's properties as the API shows them, times only where they mean something. Never its body.</summary>
internal sealed record MessageView(
    long SequenceNumber,
    string MessageId,
    int BodyBytes,
    int DeliveryCount,
    DateTimeOffset? EnqueuedAt,
    DateTimeOffset? ScheduledFor,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? ExpiresAt,
    string? DeadLetterReason,
    string? DeadLetterDescription,
    string? CorrelationId,
    string? Subject,
    string? ContentType,
    string? SessionId,
    IReadOnlyDictionary<string, string> ApplicationProperties)
{
    public static MessageView Of(ServiceBusReceivedMessage message) => new(
        message.SequenceNumber,
        message.MessageId,
        message.Body.ToMemory().Length,
        message.DeliveryCount,
        Meaningful(message.EnqueuedTime),
        Meaningful(message.ScheduledEnqueueTime),
        Meaningful(message.LockedUntil),
        Meaningful(message.ExpiresAt),
        message.DeadLetterReason,
        message.DeadLetterErrorDescription,
        message.CorrelationId,
        message.Subject,
        message.ContentType,
        message.SessionId,
        message.ApplicationProperties.ToDictionary(property => property.Key, property => $"{property.Value}", StringComparer.Ordinal));

    private static DateTimeOffset? Meaningful(DateTimeOffset time) => time.Ticks == 0 || time == DateTimeOffset.MaxValue ? null : time;
}

/// <summary>A body as text if it is UTF-8, else in Base64.</summary>
internal sealed record BodyView(string Text, bool IsBase64)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static BodyView Of(BinaryData body)
    {
        try
        {
            return new BodyView(Strict.GetString(body.ToMemory().Span), IsBase64: false);
        }
        catch (DecoderFallbackException)
        {
            return new BodyView(Convert.ToBase64String(body.ToMemory().Span), IsBase64: true);
        }
    }
}
