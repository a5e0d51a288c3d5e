using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>A JSON answer with its status and, after a write, the session that lets the client read what it wrote.</summary>
/// <remarks>
/// Holds its value in private: the worker serialises a function's result a second time, and this makes that free. Written to the end
/// even if the caller has left: stopping would throw outside of every middleware, which worker and host log as an error.
/// </remarks>
internal sealed class JsonResult<T>(int status, T value, JsonTypeInfo<T> type, Session? session = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => status;

    /// <summary>Whether the value is one that lets somebody in, so that its length may tell nothing.</summary>
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

/// <summary>204 after a write, with the session that lets the client read what it wrote.</summary>
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
