using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions;

/// <summary>What the host logs. Never a message's body.</summary>
internal static partial class FunctionsLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Function} starts")]
    public static partial void Invoking(this ILogger log, string function);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Function} took {Milliseconds} ms")]
    public static partial void Invoked(this ILogger log, string function, double milliseconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed; the request is answered with 500")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed for message {MessageId}, which goes back to its queue")]
    public static partial void MessageFailed(this ILogger log, Exception exception, string function, string messageId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} could not settle message {MessageId}")]
    public static partial void SettlementFailed(this ILogger log, Exception exception, string function, string messageId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} could not receive from {Queue}")]
    public static partial void ReceiveFailed(this ILogger log, Exception exception, string function, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} failed and runs again in {Delay}")]
    public static partial void RunFailed(this ILogger log, Exception exception, string function, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed for good; what triggered it is skipped")]
    public static partial void RunGivenUp(this ILogger log, Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Function} could not follow range {Range}")]
    public static partial void FeedFailed(this ILogger log, Exception exception, string function, string range);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The time to finish what runs is over")]
    public static partial void DrainEnded(this ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker is process {ProcessId}")]
    public static partial void WorkerConnected(this ILogger log, int processId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker has ended; what it ran has failed, and another one starts")]
    public static partial void WorkerEnded(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker could not start, which is tried again unless the host stops")]
    public static partial void WorkerFailed(this ILogger log, Exception exception);
}
