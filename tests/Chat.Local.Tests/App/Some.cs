using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Some(Work work)
{
    [Function("Answer")]
    public async Task<IResult> Answer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answer/{status:int}")] HttpRequest request,
        int status)
    {
        await work.DoAsync("request");
        return Results.StatusCode(status);
    }

    [Function("Yearly")]
    public Task Yearly([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => work.DoAsync("timer");
}
