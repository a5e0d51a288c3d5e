using System.Net;

namespace Chat.Local.SignalR;

/// <summary>
/// What the Management SDK throws for a failed call, an <c>AzureSignalRException</c>, as far as an app can tell without naming that type:
/// the message tells the request's address, and the inner exception is an <see cref="HttpRequestException"/>, with a status unless the
/// connection broke.
/// </summary>
internal sealed class RestCallFailedException(string message, HttpRequestException inner) : Exception(message, inner)
{
    public static RestCallFailedException Refused(HttpStatusCode status, string operation, string target) => new(
        $"Azure SignalR service runtime error. Request Uri: https://local/api/hubs/{operation}/{target}",
        new HttpRequestException($"Response status code does not indicate success: {(int)status} ({status})", inner: null, status));

    public static RestCallFailedException Broken(string operation, string target) => new(
        $"An error happened when making request to https://local/api/hubs/{operation}/{target}",
        new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was reset."));
}
