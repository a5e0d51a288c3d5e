using System.Net;

namespace Chat.Local.SignalR;

/// <summary>
/// What the Management SDK throws for a failed call, an <c>AzureSignalRException</c>, as far as an app can tell without naming that type:
/// the inner exception is an <see cref="HttpRequestException"/>, with a status unless the connection broke.
/// </summary>
internal sealed class RestCallFailedException(string message, HttpRequestException inner) : Exception(message, inner)
{
    public static RestCallFailedException Refused(HttpStatusCode status) => new(
        "Azure SignalR service runtime error.",
        new HttpRequestException($"Response status code does not indicate success: {(int)status} ({status})", inner: null, status));

    public static RestCallFailedException Broken(string operation) => new(
        $"An error happened when making request to {operation}",
        new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset."));
}
