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
}
