using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Requests(Work work)
{
    [Function("Held")]
    public async Task<IResult> Held(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        await work.DoAsync("request", cancellationToken);
        return Results.Text("finished");
    }
}
