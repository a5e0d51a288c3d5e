using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Telemetry;

/// <summary>
/// Logs every exception as <see cref="LoggedException"/> shows it, whoever logs it. What a function throws, the worker tells the host with
/// its message alone.
/// </summary>
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
