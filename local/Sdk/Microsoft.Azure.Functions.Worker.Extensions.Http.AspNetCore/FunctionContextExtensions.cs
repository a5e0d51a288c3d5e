using Chat.Local.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

public static class FunctionContextExtensions
{
    /// <summary>The request that triggered the function; null for other triggers and before <c>ConfigureFunctionsWebApplication</c> in the pipeline.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(HttpPipeline.HttpContextKey, out var http) ? http as HttpContext : null;
}
