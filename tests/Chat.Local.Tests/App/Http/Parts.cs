using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.TestApp;

internal sealed class Parts
{
    [HttpResult]
    public required IResult Http { get; init; }
}
