using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>The log lines of delivery.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(300, LogLevel.Warning, "Message {MessageId} was rescheduled by {Delay}; attempt {Attempt}.")]
    public static partial void Rescheduled(this ILogger logger, Exception exception, string messageId, TimeSpan delay, int attempt);

    [LoggerMessage(301, LogLevel.Error, "Message {MessageId} was dead-lettered: {Reason}.")]
    public static partial void DeadLettered(this ILogger logger, Exception? exception, string messageId, string reason);

    [LoggerMessage(
        305,
        LogLevel.Error,
        "Message {MessageId} has failed for {Minutes} minutes; it ends as a dead letter at {ExpiresAt}.")]
    public static partial void MessageStuck(
        this ILogger logger,
        Exception exception,
        string messageId,
        int minutes,
        DateTimeOffset expiresAt);

    [LoggerMessage(
        306,
        LogLevel.Warning,
        "The copy {MessageId} of a message that failed could not be sent; attempt {Attempt}. The message is locked meanwhile.")]
    public static partial void CopyNotSent(this ILogger logger, Exception exception, string messageId, int attempt);

    [LoggerMessage(
        200,
        LogLevel.Warning,
        "Conversation {Conversation}: entries {First} to {Last} were not pushed in {Tries} tries; clients will fetch them.")]
    public static partial void PushDropped(
        this ILogger logger,
        Exception exception,
        ConversationId conversation,
        long first,
        long last,
        int tries);

    [LoggerMessage(
        303,
        LogLevel.Warning,
        "Conversation {Conversation}: a document of the change feed is not as this version reads it; queue fanout reads it again.")]
    public static partial void DocumentUnreadable(this ILogger logger, ConversationId conversation);

    [LoggerMessage(
        304,
        LogLevel.Warning,
        "Conversation {Conversation}: {Members} inboxes could not be advanced to entry {Last}; queue fanout tries again.")]
    public static partial void InboxesNotAdvanced(
        this ILogger logger,
        Exception exception,
        ConversationId conversation,
        int members,
        long last);

    [LoggerMessage(
        307,
        LogLevel.Warning,
        "Conversation {Conversation}: entries {First} to {Last} could not be projected at once; queue fanout does it.")]
    public static partial void EntriesNotProjected(
        this ILogger logger,
        Exception exception,
        ConversationId conversation,
        long first,
        long last);

    [LoggerMessage(
        205,
        LogLevel.Warning,
        "Conversation {Conversation}: entries {First} to {Last} were delivered {Lag} after their commit.")]
    public static partial void DeliveryIsLate(this ILogger logger, ConversationId conversation, long first, long last, TimeSpan lag);
}
