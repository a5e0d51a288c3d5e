using Microsoft.Azure.Amqp.Encoding;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>
/// The annotations by which the broker says where a message stands. What a sender says there, but for the schedule, counts for nothing.
/// </summary>
internal static class MessageAnnotation
{
    public const string LockedUntil = "x-opt-locked-until";
    public static readonly AmqpSymbol ScheduledEnqueueTime = "x-opt-scheduled-enqueue-time";
    public static readonly AmqpSymbol SequenceNumber = "x-opt-sequence-number";
    public static readonly AmqpSymbol EnqueuedSequenceNumber = "x-opt-enqueue-sequence-number";
    public static readonly AmqpSymbol EnqueuedTime = "x-opt-enqueued-time";
    public static readonly AmqpSymbol LockedUntilTime = LockedUntil;
    public static readonly AmqpSymbol State = "x-opt-message-state";
    public static readonly AmqpSymbol DeadLetterSource = "x-opt-deadletter-source";

    public static ReadOnlySpan<AmqpSymbol> OfTheBroker =>
        new[] { ScheduledEnqueueTime, SequenceNumber, EnqueuedSequenceNumber, EnqueuedTime, LockedUntilTime, State, DeadLetterSource };
}
