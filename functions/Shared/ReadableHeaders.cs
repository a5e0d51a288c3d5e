using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Chat.Functions.Shared;

/// <summary>Lets scripts of other origins read the response headers that clients need.</summary>
/// <remarks>
/// The platform's CORS settings say which origins may call. They have none for exposed headers, and leave the app's header alone.
/// </remarks>
internal static class ReadableHeaders
{
    private static readonly string All = string.Join(
        ", ",
        Session.Header,
        HeaderNames.RetryAfter,
        HeaderNames.WWWAuthenticate,
        HeaderNames.Allow,
        "RateLimit-Policy",
        "RateLimit");

    public static void Expose(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey(HeaderNames.Origin))
        {
            http.Response.Headers.AccessControlExposeHeaders = All;
        }
    }
}
