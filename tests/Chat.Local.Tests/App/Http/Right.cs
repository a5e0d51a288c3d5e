using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Right
{
    [Function("Right")]
    public IResult Run([HttpTrigger("post")] HttpRequest request) => Results.Ok();
}
