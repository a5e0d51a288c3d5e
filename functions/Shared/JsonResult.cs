using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>
/// A JSON answer with its status and, after a write, the session token by which the client reads its own write.
/// </summary>
/// <remarks>
/// The value is private: the worker serialises a function's result a second time, which is free without public members. The
/// answer is written to the end even if the caller has left: cancelling would throw outside of all middleware, and worker and
/// host would log an error.
/// </remarks>
internal sealed class JsonResult<T>(int status, T value, JsonTypeInfo<T> type, Session? session = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => status;

    /// <summary>Whether the value holds a secret; then it isn't compressed (see <see cref="JsonBody"/>).</summary>
    public bool HoldsSecret { private get; init; }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        if (session is { } token)
        {
            response.Headers[Session.Header] = token.Value;
        }

        await JsonBody.WriteAsync(httpContext, value, type, HoldsSecret);
    }
}

/// <summary>204 after a write, with the session token by which the client reads its own write.</summary>
internal sealed class NoContentResult(Session? session) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => StatusCodes.Status204NoContent;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        if (session is { } token)
        {
            httpContext.Response.Headers[Session.Header] = token.Value;
        }

        return Task.CompletedTask;
    }
}
