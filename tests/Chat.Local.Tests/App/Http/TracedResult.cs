using Microsoft.AspNetCore.Http;

namespace Chat.Local.TestApp;

internal sealed class TracedResult(Trace trace) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        trace.Steps.Add("result");
        return httpContext.Response.WriteAsync("result");
    }
}
