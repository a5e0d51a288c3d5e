using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Telemetry;

/// <summary>
/// A failure as a log may show it. The Cosmos DB SDK's exceptions list the addresses of their requests, which hold document ids, and these
/// may name users. Here such an exception has its status, its activity's id and its stack instead.
/// </summary>
internal sealed class LoggedException : Exception
{
    private const string Sdk = "Microsoft.Azure.Cosmos";

    private LoggedException(Exception original)
        : base($"{original.GetType().FullName}: {MessageOf(original)}", original.InnerException is { } inner ? Of(inner) : null) =>
        StackTrace = original.StackTrace;

    public override string? StackTrace { get; }

    /// <summary>The same exception, unless it is of the SDK or was caused by one that is.</summary>
    public static Exception Of(Exception exception) => Names(exception) ? new LoggedException(exception) : exception;

    private static bool Names(Exception exception) =>
        IsOfSdk(exception)
        || (exception is AggregateException many ? many.InnerExceptions.Any(Names) : exception.InnerException is { } inner && Names(inner));

    private static bool IsOfSdk(Exception exception) => exception.GetType().Namespace?.StartsWith(Sdk, StringComparison.Ordinal) is true;

    private static string MessageOf(Exception exception) => exception switch
    {
        CosmosException cosmos => $"status {(int)cosmos.StatusCode}, sub-status {cosmos.SubStatusCode}, activity {cosmos.ActivityId}",
        AggregateException many => $"{many.InnerExceptions.Count} failures, the first of them:",
        _ => IsOfSdk(exception) ? "no more is told, as it may hold ids" : exception.Message,
    };
}
