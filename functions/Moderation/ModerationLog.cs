using Microsoft.Extensions.Logging;

namespace Chat.Functions.Moderation;

/// <summary>The log lines of moderation. They name no users and no cases, whose ids are hashes of users' ids.</summary>
internal static partial class ModerationLog
{
    [LoggerMessage(504, LogLevel.Warning, "A decision was made whose effects aren't all there yet; the queue does the rest.")]
    public static partial void NotApplied(this ILogger logger, Exception exception);

    [LoggerMessage(502, LogLevel.Warning, "A case of severity {Severity} is overdue by {Minutes} minutes.")]
    public static partial void Overdue(this ILogger logger, Severity severity, long minutes);
}
