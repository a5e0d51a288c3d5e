using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>What operators can see of delivery.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(300, LogLevel.Warning, "Message {MessageId} was put off for the {Attempt}. time, by {Delay}.")]
    public static partial void PutOff(this ILogger logger, Exception exception, string messageId, int attempt, TimeSpan delay);

    [LoggerMessage(301, LogLevel.Error, "Message {MessageId} was dead-lettered: {Reason}.")]
    public static partial void DeadLettered(this ILogger logger, Exception? exception, string messageId, string reason);

    [LoggerMessage(305, LogLevel.Error, "Message {MessageId} has failed for {Minutes} minutes; it ends as a dead letter at {ExpiresAt}.")]
    public static partial void Stuck(this ILogger logger, Exception exception, string messageId, int minutes, DateTimeOffset expiresAt);

    [LoggerMessage(306, LogLevel.Warning, "The copy {MessageId} of a message that failed could not be sent for the {Attempt}. time; the message is held meanwhile.")]
    public static partial void NotCopied(this ILogger logger, Exception exception, string messageId, int attempt);

    [LoggerMessage(303, LogLevel.Error, "The head of conversation {Conversation} is not one that this version can read; the sweep skips it.")]
    public static partial void NotAHead(this ILogger logger, string conversation);

    [LoggerMessage(302, LogLevel.Information, "Conversation {Conversation}: entries {First} to {Last} are not delivered yet; sweep {Sweep} hands them over.")]
    public static partial void Swept(this ILogger logger, ConversationId conversation, long first, long last, int sweep);

    [LoggerMessage(304, LogLevel.Warning, "Conversation {Conversation}: the inboxes could not be moved up to entry {Last}; the queue or the sweep will.")]
    public static partial void NotMoved(this ILogger logger, Exception exception, ConversationId conversation, long last);

    [LoggerMessage(307, LogLevel.Warning, "Conversation {Conversation}: that entries up to {Last} were pushed could not be noted; the sweep may push them again.")]
    public static partial void NotNoted(this ILogger logger, Exception exception, ConversationId conversation, long last);

    [LoggerMessage(308, LogLevel.Warning, "Conversation {Conversation}: SignalR has not let out yet who left, up to entry {Last}; tried again.")]
    public static partial void NotLetOut(this ILogger logger, Exception exception, ConversationId conversation, long last);

    [LoggerMessage(205, LogLevel.Warning, "Conversation {Conversation}: entries {First} to {Last} were delivered {Lag} after their commit.")]
    public static partial void HandOverIsLate(this ILogger logger, ConversationId conversation, long first, long last, TimeSpan lag);
}
