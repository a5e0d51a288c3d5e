using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Functions.Shared;

/// <summary>
/// Drops an HTTP function's result once it is written to the response. Otherwise the worker would serialise it again, for a host
/// that doesn't use it.
/// </summary>
/// <remarks>
/// Register it before <c>ConfigureFunctionsWebApplication</c>, which adds the middleware that writes the response.
/// </remarks>
public sealed class DropResults : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        if (context.GetHttpContext() is not null)
        {
            context.GetInvocationResult().Value = null;
        }
    }
}
