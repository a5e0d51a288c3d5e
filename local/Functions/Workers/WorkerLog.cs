using System.Collections.Concurrent;
using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Workers;

/// <summary>Logs what the worker logs, under its own categories.</summary>
internal sealed class WorkerLog(ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public void Write(StreamingMessage message)
    {
        if (message is
            {
                ContentCase: StreamingMessage.ContentOneofCase.RpcLog,
                RpcLog: { LogCategory: not RpcLog.Types.RpcLogCategory.CustomMetric } line,
            })
        {
            var logger = _loggers.GetOrAdd(line.Category, loggers.CreateLogger);
            logger.Log((LogLevel)line.Level, default, line, null, static (line, _) => line.Exception is { } exception
                ? $"{line.Message}{Environment.NewLine}{exception.Type}: {exception.Message}{Environment.NewLine}{exception.StackTrace}"
                : line.Message);
        }
    }
}
