using System.Net;
using Chat.Local.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Chat.Local.Inspector;

/// <summary>What only this host answers, beside the app, for this machine alone and for no website on it.</summary>
/// <remarks>
/// The Host header has to be a name of this machine, or a website could let its own name point here and read along; the origin, which a
/// browser sends when a page of another website asks and hopes to read the answer, has to be one too. What changes something takes a header
/// besides that no form can send.
/// </remarks>
internal static class LocalRoutes
{
    /// <summary>The header without which nothing under /local changes; any value will do.</summary>
    public const string ChangeHeader = "X-Chat-Local";

    /// <summary>Answers reads of a path, unless a function of the app does.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes, string path, Func<HttpContext, Task<IResult>> answer) =>
        Map(routes, path, [HttpMethods.Get, HttpMethods.Head], answer);

    /// <inheritdoc cref="MapRead(IEndpointRouteBuilder, string, Func{HttpContext, Task{IResult}})"/>
    public static void MapRead(this IEndpointRouteBuilder routes, string path, Func<HttpContext, IResult> answer) =>
        routes.MapRead(path, http => Task.FromResult(answer(http)));

    /// <summary>Answers requests to change something, unless a function of the app does.</summary>
    public static void MapChange(this IEndpointRouteBuilder routes, string method, string path, Func<HttpContext, Task<IResult>> answer) =>
        Map(routes, path, [method], http => http.Request.Headers.ContainsKey(ChangeHeader)
            ? answer(http)
            : Task.FromResult(
                Refuse(StatusCodes.Status403Forbidden, "header_missing", $"What changes something needs the header {ChangeHeader}.")));

    /// <summary>Answers POSTs of JSON, which no other website can send either.</summary>
    public static void MapJson(this IEndpointRouteBuilder routes, string path, Func<HttpContext, Task<IResult>> answer) =>
        Map(routes, path, [HttpMethods.Post], http => http.Request.HasJsonContentType()
            ? answer(http)
            : Task.FromResult(Refuse(
                StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "The Content-Type has to be application/json.")));

    /// <summary>A problem (RFC 9457), as the app's own refusals are.</summary>
    public static IResult Refuse(int status, string code, string why) =>
        Results.Problem(
            title: why,
            statusCode: status,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code });

    /// <summary>
    /// Whether the request comes from this machine, from a page of this machine if from any, and calls the host by a name of its own.
    /// </summary>
    public static bool IsFromHere(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && IsThisMachine(http.Request.Host.Host)
        && http.Request.Headers.Origin is var origin
        && (origin.Count == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsThisMachine(page.Host)));

    /// <summary>Whether a host name is one of this machine's own.</summary>
    public static bool IsThisMachine(string host) => host.ToLowerInvariant() is "localhost" or "127.0.0.1" or "[::1]";

    private static void Map(IEndpointRouteBuilder routes, string path, string[] methods, Func<HttpContext, Task<IResult>> answer)
    {
        var route = new HttpRoute(RoutePatternFactory.Parse(path), methods);
        routes.Map(route.Pattern, http => AnswerAsync(http, answer)).WithMetadata(route).WithOrder(int.MaxValue);
    }

    private static async Task AnswerAsync(HttpContext http, Func<HttpContext, Task<IResult>> answer)
    {
        http.Response.Headers.CacheControl = "no-store";
        var result = IsFromHere(http)
            ? await answer(http)
            : Refuse(StatusCodes.Status403Forbidden, "not_local", "This is for this machine alone, under the name localhost.");
        await result.ExecuteAsync(http);
    }
}
