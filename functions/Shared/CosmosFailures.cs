using System.Net;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>Tells transient failures of Cosmos DB from permanent ones.</summary>
internal static class CosmosFailures
{
    /// <summary>Throttled, unreachable, timed out or reset. A retry may succeed; a write may have been applied.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        CosmosException cosmos =>
            cosmos.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Gone
            || (int)cosmos.StatusCode is 449 or >= 500
            || cosmos is { StatusCode: HttpStatusCode.NotFound, SubStatusCode: ReadSessionNotAvailable },
        HttpRequestException or TimeoutException => true,
        // The SDK's own time-outs. Callers check for their own cancellation first.
        OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Whether the account doesn't know the session token that a client sent.</summary>
    public static bool IsSessionUnknown(CosmosException exception)
    {
        return exception.StatusCode == HttpStatusCode.BadRequest
            || exception is { StatusCode: HttpStatusCode.NotFound, SubStatusCode: ReadSessionNotAvailable };
    }

    /// <summary>The sub-status of a read when no replica has caught up with the session token.</summary>
    public const int ReadSessionNotAvailable = 1002;
}
