using System.Runtime.ExceptionServices;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Telemetry;

/// <summary>Logs every exception as <see cref="LoggedException"/> shows it, whoever logs it.</summary>
internal static class FailureLogging
{
    public static IServiceCollection AddFailureLogging(this IServiceCollection services) =>
        services
            .AddSingleton<LoggerFactory>()
            .Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new Factory(provider.GetRequiredService<LoggerFactory>())));

    private sealed class Factory(LoggerFactory loggers) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new Logger(loggers.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

        public void Dispose() => loggers.Dispose();
    }

    private sealed class Logger(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            logger.Log(logLevel, eventId, state, exception is null ? null : LoggedException.Of(exception), formatter);
    }
}

/// <summary>
/// Shows the host the failure of a queue's or feed's function as a log may. The worker tells it the message, which the host logs. The
/// message of an operation that the SDK was told to cut short lists the addresses of its requests.
/// </summary>
internal sealed class ShowFailures : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (LoggedException.Of(exception) is LoggedException shown)
        {
            ExceptionDispatchInfo.Throw(shown);
        }
    }
}
