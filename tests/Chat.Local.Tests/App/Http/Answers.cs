using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Answers
{
    [Function("IResult")]
    public async Task<IResult> Awaited(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/iresult")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        return Results.Text("iresult");
    }

    [Function("Action")]
    public Task<IActionResult> Action([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/action")] HttpRequest request) =>
        Task.FromResult<IActionResult>(new OkObjectResult("action"));

    [Function("Now")]
    public IResult Now([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/now")] HttpRequest request) =>
        Results.Text("now");

    [Function("Part")]
    public Task<Parts> Part([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/part")] HttpRequest request) =>
        Task.FromResult(new Parts { Http = Results.Text("part") });

    [Function("Written")]
    public async Task Written(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/written")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await request.HttpContext.Response.WriteAsync("written", cancellationToken);

    [Function("Static")]
    public static IResult InStatic([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "results/static")] HttpRequest request) =>
        Results.Text("static");

    [Function("Null")]
    public IResult? Null([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/null")] HttpRequest request)
    {
        request.HttpContext.Response.StatusCode = StatusCodes.Status202Accepted;
        return null;
    }

    [Function("NoRoute")]
    public IResult NoRoute([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text("by its name");

    [Function("RouteValues")]
    public IResult RouteValues(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{number}/{big}/{text}/{id:guid}")] HttpRequest request,
        int number,
        long big,
        string text,
        Guid id) =>
        Results.Text($"{number} {big} {text} {id}");

    [Function("Optional")]
    public IResult Optional(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{name?}")] HttpRequest request,
        string? name) =>
        Results.Text(name ?? "nothing");

    [Function("Throws")]
    public IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/throws")] HttpRequest request) =>
        throw new InvalidOperationException("a secret");

    [Function("Late")]
    public IResult Late([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "results/late")] HttpRequest request) =>
        new ThrowingResult();
}
