using Microsoft.AspNetCore.Http;

namespace Chat.Local.TestApp;

internal sealed class ThrowingResult : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => throw new InvalidOperationException("a secret");
}
