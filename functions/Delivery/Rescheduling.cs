using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>How a queue message that failed comes back: as a copy that is as old as the first, until the time to live is over.</summary>
public static class Rescheduling
{
    /// <summary>The application property that counts how often a message was put off.</summary>
    public const string Attempt = "attempt";

    /// <summary>The application property that says since when the work waits.</summary>
    public const string FirstEnqueuedAt = "firstEnqueuedAt";

    /// <summary>The application property that says until when the work is tried: what the first message's time to live came to.</summary>
    public const string TriedUntil = "triedUntil";

    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);

    /// <summary>AMQP counts a time to live in milliseconds, and a copy is to be received before its own is over.</summary>
    private static readonly TimeSpan MinTimeToLive = TimeSpan.FromSeconds(1);

    /// <summary>How often the message was put off.</summary>
    public static int AttemptsOf(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.ApplicationProperties.TryGetValue(Attempt, out var value) && value is int attempts ? attempts : 0;
    }

    /// <summary>Since when the work waits.</summary>
    public static DateTimeOffset FirstEnqueuedAtOf(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.ApplicationProperties.TryGetValue(FirstEnqueuedAt, out var value) && value is DateTimeOffset since ? since : message.EnqueuedTime;
    }

    /// <summary>Until when the work is tried.</summary>
    public static DateTimeOffset ExpiresAtOf(ServiceBusReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.ApplicationProperties.TryGetValue(TriedUntil, out var value) && value is DateTimeOffset until ? until : message.ExpiresAt;
    }

    /// <summary>How long to wait before the n-th try: 1 to 2 s at first, twice as long each time, 5 min at most, less jitter.</summary>
    public static TimeSpan Delay(int attempt)
    {
        var ceiling = TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, Math.Min(attempt, 16))));
        return ceiling * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    /// <summary>The copy that comes at an instant; null when the time to live is over by then.</summary>
    /// <remarks>
    /// A time to live counts from when a message is enqueued, so the copy gets what is left of it. Its id is new: the old one would be a duplicate.
    /// </remarks>
    public static ServiceBusMessage? Copy(ServiceBusReceivedMessage message, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(message);
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

    /// <summary>The message as it was sent first, to be tried from the beginning.</summary>
    public static ServiceBusMessage Original(ServiceBusReceivedMessage message)
    {
        var original = new ServiceBusMessage(message) { MessageId = OpaqueId.Random(), ScheduledEnqueueTime = default, TimeToLive = TimeSpan.MaxValue };
        original.ApplicationProperties.Remove(Attempt);
        original.ApplicationProperties.Remove(FirstEnqueuedAt);
        original.ApplicationProperties.Remove(TriedUntil);
        return original;
    }
}
