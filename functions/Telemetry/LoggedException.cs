using System.Text.RegularExpressions;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Telemetry;

/// <summary>
/// A failure as a log may show it. The Cosmos DB SDK's exceptions list the addresses of their requests, which hold document ids, and these
/// may name users. Here such an exception has its status, its activity's id and its stack instead.
/// </summary>
internal sealed partial class LoggedException : Exception
{
    private const string Sdk = "Microsoft.Azure.Cosmos";

    /// <summary>The characters of a service's reason that are kept.</summary>
    private const int MaxReason = 1_000;

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
        CosmosException cosmos =>
            $"status {(int)cosmos.StatusCode}, sub-status {cosmos.SubStatusCode}, activity {cosmos.ActivityId}{ReasonOf(cosmos)}",
        AggregateException { InnerExceptions: [var first, ..] all } => $"{all.Count} failures, the first of them: {Of(first).Message}",
        OperationCanceledException canceled when IsOfSdk(canceled) =>
            $"the operation was cut short, by its caller: {canceled.CancellationToken.IsCancellationRequested}",
        _ => IsOfSdk(exception) ? "no more is told, as it may hold ids" : exception.Message,
    };

    /// <summary>Why the service refused what a repeat won't mend, such as a request that isn't valid or a role that is missing.</summary>
    private static string ReasonOf(CosmosException exception)
    {
        if ((int)exception.StatusCode is not (400 or 401 or 403 or 413) || string.IsNullOrEmpty(exception.ResponseBody))
        {
            return "";
        }

        var reason = DocumentAddress.Replace(exception.ResponseBody, "docs/…").ReplaceLineEndings(" ").Trim();
        return $", because: {(reason.Length > MaxReason ? reason[..MaxReason] : reason)}";
    }

    [GeneratedRegex(@"docs/[^\s""\\,;]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex DocumentAddress { get; }
}
