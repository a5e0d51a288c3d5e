using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Local.Functions.Http;

/// <summary>
/// The step that <c>ConfigureFunctionsWebApplication</c> adds to the pipeline: shows the request to the steps after it, and executes the
/// result when they have returned.
/// </summary>
internal static class HttpPipeline
{
    /// <summary>The key under which the request is found in <see cref="FunctionContext.Items"/>, as in the real worker.</summary>
    public const string HttpContextKey = "HttpRequestContext";

    public static FunctionExecutionDelegate Use(FunctionExecutionDelegate next) => context =>
        ((Invocation)context).Http is { } http ? AnswerAsync(context, http, next) : next(context);

    private static async Task AnswerAsync(FunctionContext context, HttpContext http, FunctionExecutionDelegate next)
    {
        context.Items[HttpContextKey] = http;
        await next(context);
        switch (context.GetInvocationResult().Value)
        {
            case IResult result:
                await result.ExecuteAsync(http);
                break;
            case IActionResult result:
                await result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                break;
        }
    }
}
