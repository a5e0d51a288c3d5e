using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>Writes a <see cref="Problem"/>. The one place that maps refusals to HTTP.</summary>
/// <remarks>Written to the end even if the caller has left, as <see cref="JsonResult{T}"/> is.</remarks>
internal sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult
{
    /// <summary>Whether it tells the caller to retry.</summary>
    public bool IsUnavailable => problem.Status == StatusCodes.Status503ServiceUnavailable;

    /// <summary>Whether it tells the caller that there is no such conversation for them.</summary>
    public bool IsConversationNotFound => problem == Problems.ConversationNotFound;

    /// <summary>The limit's name if it tells the caller that they did too much.</summary>
    public string? RateLimit => problem.Rate is null ? null : problem.Limit?.Name;

    int? IStatusCodeHttpResult.StatusCode => problem.Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = problem.Status;
        response.ContentType = "application/problem+json";
        if (problem.RetryAfter is { } retryAfter)
        {
            response.Headers.RetryAfter = Seconds(retryAfter);
        }

        if (problem is { Rate: { } rate, Limit.Name: var limit })
        {
            // As draft-ietf-httpapi-ratelimit-headers-11 has them: structured fields, with the policy's name first.
            response.Headers["RateLimit-Policy"] = string.Create(
                CultureInfo.InvariantCulture,
                $"\"{limit}\";q={rate.Quota};w={Seconds(rate.Window)}");
            response.Headers["RateLimit"] = string.Create(
                CultureInfo.InvariantCulture,
                $"\"{limit}\";r={rate.Left};t={Seconds(rate.Wait)}");
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

    private static string Seconds(TimeSpan time) => Math.Max(1, Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
