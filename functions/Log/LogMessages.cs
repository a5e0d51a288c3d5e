using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>The log lines of conversations' logs.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(
        100,
        LogLevel.Warning,
        "Conversation {Conversation}: entries {First} to {Last} were committed, but not enqueued for delivery; the change feed does it.")]
    public static partial void DeliveryNotEnqueued(
        this ILogger logger,
        Exception exception,
        ConversationId conversation,
        long first,
        long last);

    [LoggerMessage(101, LogLevel.Error, "Conversation {Conversation}: a commit failed.")]
    public static partial void CommitFailed(this ILogger logger, Exception exception, ConversationId conversation);

    [LoggerMessage(102, LogLevel.Warning, "Conversation {Conversation}: the head can't be read just now.")]
    public static partial void HeadUnreadable(this ILogger logger, Exception exception, ConversationId conversation);

    [LoggerMessage(
        103,
        LogLevel.Warning,
        "Conversation {Conversation}: the members or documents that commands are decided on can't be read just now.")]
    public static partial void DocumentsUnreadable(this ILogger logger, Exception exception, ConversationId conversation);

    /// <summary>Logs that what commands are decided on can't be read: the head, or what is read after it.</summary>
    public static void Unreadable(this ILogger logger, Exception exception, ConversationId conversation, bool isHeadRead)
    {
        if (isHeadRead)
        {
            logger.DocumentsUnreadable(exception, conversation);
        }
        else
        {
            logger.HeadUnreadable(exception, conversation);
        }
    }

    [LoggerMessage(104, LogLevel.Error, "Conversation {Conversation}: the read of the head by a session failed.")]
    public static partial void SessionReadFailed(this ILogger logger, Exception exception, ConversationId conversation);
}
