using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Reschedules a queue message that failed: a copy comes later, keeps count of the tries, and ends with the first message's time to live.
/// </summary>
public static class Rescheduling
{
    /// <summary>The application property that counts how often a message was rescheduled.</summary>
    public const string Attempt = "attempt";

    /// <summary>The application property with the instant at which the first message was enqueued.</summary>
    public const string FirstEnqueuedAt = "firstEnqueuedAt";

    /// <summary>The application property with the instant at which the first message's time to live ends.</summary>
    public const string TriedUntil = "triedUntil";

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);

    /// <summary>The least time to live of a copy. AMQP counts it in milliseconds, and the copy must be received within it.</summary>
    private static readonly TimeSpan MinTimeToLive = TimeSpan.FromSeconds(1);

    /// <summary>How often the message was rescheduled.</summary>
    public static int AttemptsOf(ServiceBusReceivedMessage message)
    {
        return message.ApplicationProperties.TryGetValue(Attempt, out var value) && value is int attempts ? attempts : 0;
    }

    /// <summary>When the first message was enqueued.</summary>
    public static DateTimeOffset FirstEnqueuedAtOf(ServiceBusReceivedMessage message)
    {
        return message.ApplicationProperties.TryGetValue(FirstEnqueuedAt, out var value) && value is DateTimeOffset since
            ? since
            : message.EnqueuedTime;
    }

    /// <summary>When the first message's time to live ends, and so the tries.</summary>
    public static DateTimeOffset ExpiresAtOf(ServiceBusReceivedMessage message)
    {
        return message.ApplicationProperties.TryGetValue(TriedUntil, out var value) && value is DateTimeOffset until
            ? until
            : message.ExpiresAt;
    }

    /// <summary>The delay before the n-th retry (exponential backoff): at most 2ⁿ s and 5 min, at least half of that (jitter).</summary>
    public static TimeSpan Delay(int attempt)
    {
        var ceiling = TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, Math.Min(attempt, 16))));
        return ceiling * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>The copy that is scheduled for an instant; null when the time to live ends before.</summary>
    /// <remarks>
    /// A time to live counts from the instant at which a message is enqueued, so the copy gets what is left. Its id is new: the queue would
    /// drop a copy under the old id as a duplicate.
    /// </remarks>
    public static ServiceBusMessage? Copy(ServiceBusReceivedMessage message, DateTimeOffset at)
    {
        var (until, since) = (ExpiresAtOf(message), FirstEnqueuedAtOf(message));
        var left = until - at;
        if (left < MinTimeToLive)
        {
            return null;
        }

        var copy = new ServiceBusMessage(message)
        {
            MessageId = OpaqueId.Random(),
            ScheduledEnqueueTime = at,
            TimeToLive = until == DateTimeOffset.MaxValue ? TimeSpan.MaxValue : left,
        };
        copy.ApplicationProperties[Attempt] = AttemptsOf(message) + 1;
        copy.ApplicationProperties[FirstEnqueuedAt] = since;
        copy.ApplicationProperties[TriedUntil] = until;
        return copy;
    }

    /// <summary>The message as it was first sent, under a new id, for a replay of a dead letter.</summary>
    public static ServiceBusMessage Original(ServiceBusReceivedMessage message)
    {
        var original = new ServiceBusMessage(message)
        {
            MessageId = OpaqueId.Random(),
            ScheduledEnqueueTime = default,
            TimeToLive = TimeSpan.MaxValue,
        };
        original.ApplicationProperties.Remove(Attempt);
        original.ApplicationProperties.Remove(FirstEnqueuedAt);
        original.ApplicationProperties.Remove(TriedUntil);
        return original;
    }
}
