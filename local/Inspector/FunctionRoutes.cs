using System.Text.Json;
using Chat.Local.Functions;
using Chat.Local.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Chat.Local.Inspector;

/// <summary>The functions of this host with how their runs went, and the real host's way to run one by hand.</summary>
internal sealed class FunctionRoutes(IReadOnlyList<Function> functions, Triggers triggers, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("local/api/functions", _ => Results.Json(functions.Select(Read)));
        routes.MapJson("admin/functions/{name}", RunAsync);

        // The real host's own addresses want a key of the app's.
        foreach (var path in new[] { "admin/{**path}", "runtime/{**path}" })
        {
            var route = new HttpRoute(RoutePatternFactory.Parse(path), []);
            routes.Map(route.Pattern, Results.Unauthorized().ExecuteAsync).WithMetadata(route).WithOrder(int.MaxValue);
        }
    }

    private FunctionView Read(Function function)
    {
        var (kind, target) = function.Trigger switch
        {
            ServiceBusTriggerBinding queue => ("queue", queue.QueueName),
            CosmosTriggerBinding feed => ("feed", $"{feed.DatabaseName}/{feed.ContainerName}"),
            TimerTriggerBinding timer => ("timer", timer.Schedule),
            _ => ("http", $"{function.Route}"),
        };
        return new FunctionView(function.Name, kind, target, function.Statistics.Read(time.GetUtcNow()));
    }

    private async Task<IResult> RunAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["name"]!;
        if (!await IsObjectAsync(http.Request))
        {
            return LocalRoutes.Refuse(
                StatusCodes.Status400BadRequest,
                "malformed_json",
                """The body has to be a JSON object such as {"input": ""}.""");
        }

        var function = functions.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));
        return function switch
        {
            null => LocalRoutes.Refuse(StatusCodes.Status404NotFound, "function_not_found", $"There is no function {name}."),
            _ when triggers.TryRunByHand(function.Name) => Results.Accepted(),
            { Route: { } route } =>
                LocalRoutes.Refuse(StatusCodes.Status400BadRequest, "not_a_timer", $"{function.Name} is run by a request: {route}."),
            _ =>
                LocalRoutes.Refuse(
                    StatusCodes.Status400BadRequest,
                    "not_a_timer",
                    $"{function.Name} isn't run by a timer, and only such functions can be run by hand here."),
        };
    }

    private static async Task<bool> IsObjectAsync(HttpRequest request)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return json.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="Kind">http, queue, feed or timer.</param>
    /// <param name="Target">The methods and path, the queue, the container, or the schedule.</param>
    private sealed record FunctionView(string Name, string Kind, string Target, FunctionReading Runs);
}
