using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Local.TestApp;

internal sealed class Traced(Trace trace)
{
    [Function("Traced")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        trace.Steps.Add("function");
        return new TracedResult(trace);
    }

    [Function("Failing")]
    public IResult Failing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException("no luck");

    [Function("Sharing")]
    public IResult Sharing(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "share/{name}")] HttpRequest request,
        FunctionContext context)
    {
        var scope = ReferenceEquals(context.InstanceServices.GetRequiredService<Scoped>(), context.Items["scoped"])
            ? "same scope"
            : "another scope";
        return Results.Text($"{context.Items["told"]} {context.Features.Get<Shared>()?.Name} {scope}");
    }
}
