using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Telemetry;

/// <summary>Starts a span for every HTTP call, with the function, the status and the caller's pseudonym.</summary>
internal sealed class TraceCalls(Pseudonyms pseudonyms) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        Spans.AreWanted && context.GetHttpContext() is not null ? TraceAsync(context, next) : next(context);

    private async Task TraceAsync(FunctionContext context, FunctionExecutionDelegate next)
    {
        using var span = Spans.StartCall(context.FunctionDefinition.Name, context.TraceContext);
        await next(context);
        if (span is null)
        {
            return;
        }

        if (context.InstanceServices.GetRequiredService<CurrentUser>().IfKnown is { } user)
        {
            span.SetTag("enduser.pseudo.id", pseudonyms.Of(user));
        }

        if (context.GetInvocationResult().Value is IStatusCodeHttpResult { StatusCode: { } status })
        {
            span.SetTag("http.response.status_code", status);
            if (status >= StatusCodes.Status500InternalServerError)
            {
                span.Fail(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
    }
}
