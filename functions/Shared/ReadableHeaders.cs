using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Chat.Functions.Shared;

/// <summary>Lets scripts of other origins read the headers of answers that clients need.</summary>
/// <remarks>Which origins may call is for the platform's CORS to say. It has no setting for this, and leaves the app's header as it is.</remarks>
internal static class ReadableHeaders
{
    private static readonly string All = string.Join(
        ", ",
        Session.Header,
        HeaderNames.RetryAfter,
        HeaderNames.WWWAuthenticate,
        HeaderNames.Allow,
        "RateLimit-Limit",
        "RateLimit-Remaining",
        "RateLimit-Reset");

    public static void Expose(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey(HeaderNames.Origin))
        {
            http.Response.Headers.AccessControlExposeHeaders = All;
        }
    }
}
