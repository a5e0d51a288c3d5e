using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Responses;

/// <summary>The log lines of what is counted of a channel's posts.</summary>
internal static partial class ResponsesLog
{
    [LoggerMessage(
        308,
        LogLevel.Warning,
        "Conversation {Conversation}: the counts of a post could not be folded at once; queue fanout does it.")]
    public static partial void CountsNotFolded(this ILogger logger, Exception exception, ConversationId conversation);

    [LoggerMessage(403, LogLevel.Warning, "Conversation {Conversation}: who has read some posts was not counted.")]
    public static partial void ViewsNotCounted(this ILogger logger, Exception exception, ConversationId conversation);
}
