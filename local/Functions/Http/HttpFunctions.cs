using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Http;

/// <summary>Makes requests run functions. What a function's pipeline throws is answered with an empty 500, never with a trace.</summary>
/// <remarks>As with the real worker an exception is a failure also when the caller has left.</remarks>
internal sealed class HttpFunctions(FunctionRunner runner, ILogger<HttpFunctions> log)
{
    public void Map(IEndpointRouteBuilder routes, IEnumerable<Function> functions)
    {
        foreach (var function in functions.Where(function => function.Route is not null))
        {
            routes.Map(function.Route!.Pattern, http => AnswerAsync(function, http)).WithMetadata(function.Route).WithDisplayName(function.Name);
        }
    }

    private async Task AnswerAsync(Function function, HttpContext http)
    {
        if (function.IsDisabled)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        try
        {
            await runner.RunAsync(function, http);
        }
        catch (Exception exception)
        {
            log.RequestFailed(exception, function.Name);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }
}
