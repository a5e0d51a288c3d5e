using System.Net;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>Tells failures of Cosmos DB that pass from those that don't.</summary>
public static class CosmosFailures
{
    /// <summary>Throttled, unreachable, timed out or reset: worth another try, and for a write perhaps applied.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        CosmosException cosmos =>
            cosmos.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Gone
            || (int)cosmos.StatusCode is 449 or >= 500
            || cosmos is { StatusCode: HttpStatusCode.NotFound, SubStatusCode: ReadSessionNotAvailable },
        HttpRequestException or TimeoutException => true,
        // The SDK's own time-outs; callers that cancel are told apart before they ask.
        OperationCanceledException => true,
        _ => false,
    };

    /// <summary>Whether the account doesn't know the session that a client sent along.</summary>
    public static bool IsSessionUnknown(CosmosException exception)
    {
        return exception.StatusCode == HttpStatusCode.BadRequest
            || exception is { StatusCode: HttpStatusCode.NotFound, SubStatusCode: ReadSessionNotAvailable };
    }

    /// <summary>The sub-status of a read whose replica hasn't caught up with the session.</summary>
    public const int ReadSessionNotAvailable = 1002;
}
