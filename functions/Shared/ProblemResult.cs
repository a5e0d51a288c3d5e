using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>Writes a <see cref="Problem"/>. The one place that maps refusals to HTTP.</summary>
/// <remarks>Written to the end even if the caller has left, as <see cref="JsonResult{T}"/> is.</remarks>
internal sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult
{
    /// <summary>Whether it tells the caller to retry.</summary>
    public bool IsUnavailable => problem.Status == StatusCodes.Status503ServiceUnavailable;

    int? IStatusCodeHttpResult.StatusCode => problem.Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        if (problem.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Allow is { } allow)
        {
            response.Headers.Allow = string.Join(", ", allow);
        }

        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        await JsonBody.WriteAsync(httpContext, problem, ChatJson.Default.Problem);
    }
}
