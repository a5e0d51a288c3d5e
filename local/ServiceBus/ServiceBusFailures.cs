using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus.Messages;

namespace Chat.Local.ServiceBus;

/// <summary>The refusals of Service Bus, in the words that the real one would use or plainer ones.</summary>
internal static class ServiceBusFailures
{
    public static ServiceBusException Unreachable(string? entity) =>
        new("The connection to Service Bus is broken or was never made.", ServiceBusFailureReason.ServiceCommunicationProblem, entity);

    public static ServiceBusException TimedOut(string? entity) =>
        new("The operation did not complete within the allocated time.", ServiceBusFailureReason.ServiceTimeout, entity);

    public static ServiceBusException Busy(string? entity) =>
        new(
            "The request was terminated because the namespace is being throttled (50009). Wait 2 seconds and try again.",
            ServiceBusFailureReason.ServiceBusy,
            entity);

    public static ServiceBusException NoSuchQueue(string queue) =>
        new($"The messaging entity '{queue}' could not be found.", ServiceBusFailureReason.MessagingEntityNotFound, queue);

    public static ServiceBusException LockLost(string entity) =>
        new(
            "The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.",
            ServiceBusFailureReason.MessageLockLost,
            entity);

    public static ServiceBusException NoSuchMessage(string entity, long sequenceNumber) =>
        new($"There is no such message with sequence number {sequenceNumber}.", ServiceBusFailureReason.MessageNotFound, entity);

    public static ServiceBusException TooLarge(string entity, long size) =>
        new(
            $"The transfer of {size} bytes exceeds the limit of {StoredContent.MaxSize}.",
            ServiceBusFailureReason.MessageSizeExceeded,
            entity);

    public static InvalidOperationException NeedsSession(string queue) =>
        new($"Queue {queue} requires sessions: messages must carry a SessionId and be received through a session.");
}
