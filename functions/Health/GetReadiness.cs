using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Health;

/// <summary><c>GET /health/ready</c>: 200 when every service that the app needs answers, 503 otherwise, with the state of each.</summary>
public sealed class GetReadiness(Readiness readiness)
{
    [Function(nameof(GetReadiness))]
    public async Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request)
    {
        var report = await readiness.CheckAsync();
        var status = report.Status == HealthReport.Ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return new JsonResult<HealthReport>(status, report, ChatJson.Default.HealthReport);
    }
}
