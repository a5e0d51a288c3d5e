using System.Net;
using Chat.Local.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Chat.Local.Inspector;

/// <summary>What only this host answers, beside the app, for this machine alone and for no website on it.</summary>
/// <remarks>
/// The Host header has to be this machine's name, or a website could let its own name point here and read along. What changes something takes
/// a header that a browser sends for another website only after asking for permission, which nobody gives.
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
            : Task.FromResult(Refuse(StatusCodes.Status403Forbidden, $"What changes something needs the header {ChangeHeader}.")));

    /// <summary>Answers POSTs of JSON, which no other website can send either.</summary>
    public static void MapJson(this IEndpointRouteBuilder routes, string path, Func<HttpContext, Task<IResult>> answer) =>
        Map(routes, path, [HttpMethods.Post], http => http.Request.HasJsonContentType()
            ? answer(http)
            : Task.FromResult(Refuse(StatusCodes.Status415UnsupportedMediaType, "The Content-Type has to be application/json.")));

    public static IResult Refuse(int status, string why) => Results.Json(new { error = why }, statusCode: status);

    /// <summary>Whether the request comes from this machine and calls it by a name that only itself can have.</summary>
    public static bool IsFromHere(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && http.Request.Host.Host.ToLowerInvariant() is "localhost" or "127.0.0.1" or "[::1]";

    private static void Map(IEndpointRouteBuilder routes, string path, string[] methods, Func<HttpContext, Task<IResult>> answer)
    {
        var route = new HttpRoute(RoutePatternFactory.Parse(path), methods);
        routes.Map(route.Pattern, http => AnswerAsync(http, answer)).WithMetadata(route).WithOrder(int.MaxValue);
    }

    private static async Task AnswerAsync(HttpContext http, Func<HttpContext, Task<IResult>> answer)
    {
        http.Response.Headers.CacheControl = "no-store";
        var result = IsFromHere(http) ? await answer(http) : Refuse(StatusCodes.Status403Forbidden, "This is for this machine alone, under the name localhost.");
        await result.ExecuteAsync(http);
    }
}
