using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.TestApp;

internal sealed class Processes(IConfiguration settings)
{
    [Function("Process")]
    public IResult Id([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text($"{Environment.ProcessId}");

    [Function("Setting")]
    public IResult Setting(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "settings/{name}")] HttpRequest request,
        string name) =>
        Results.Text(settings[name]);

    [Function("Endless")]
    public async Task<IResult> Endless([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, request.HttpContext.RequestAborted);
        return Results.Ok();
    }
}
