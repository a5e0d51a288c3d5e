using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Chat.Functions.Shared;

/// <summary>
/// Drops what an HTTP function returned once it is written to the response: the worker would serialize it again, for a host that has no use for it.
/// </summary>
/// <remarks>It has to come before <c>ConfigureFunctionsWebApplication</c>, which adds the step that writes the response.</remarks>
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
