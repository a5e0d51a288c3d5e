using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Health;

/// <summary><c>GET /health</c>: 200 while 200 while the process answers.</summary>
public sealed class GetHealth
{
    [Function(nameof(GetHealth))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        new JsonResult<HealthReport>(
            StatusCodes.Status200OK,
            new HealthReport(HealthReport.Ok, new Dictionary<string, string>(StringComparer.Ordinal)),
            ChatJson.Default.HealthReport);
}

/// <summary>The state of the backend.</summary>
/// <param name="Status"><c>ok</c> or <c>unavailable</c>.</param>
/// <param name="Checks">The same for each service that was checked.</param>
public sealed record HealthReport(string Status, IReadOnlyDictionary<string, string> Checks)
{
    public const string Ok = "ok";
    public const string Unavailable = "unavailable";
}
