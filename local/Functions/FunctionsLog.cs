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
}
