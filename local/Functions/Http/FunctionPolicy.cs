using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Chat.Local.Functions.Http;

/// <summary>Chooses among functions as the real host does, where ASP.NET Core's own rules differ.</summary>
/// <remarks>
/// A function whose path matches and whose method doesn't isn't there, so that a catch-all answers, or nobody (404): ASP.NET Core would
/// answer 405. A path with an empty segment is no function's, not even a catch-all's.
/// </remarks>
internal sealed class FunctionPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<HttpRoute>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var (method, hasEmptySegment) = (
            httpContext.Request.Method,
            httpContext.Request.Path.Value!.Contains("//", StringComparison.Ordinal));
        for (var i = 0; i < candidates.Count; i++)
        {
            if (candidates.IsValidCandidate(i) && candidates[i].Endpoint.Metadata.GetMetadata<HttpRoute>() is { Methods: var methods }
                && (hasEmptySegment || (methods.Count > 0 && !methods.Contains(method, StringComparer.OrdinalIgnoreCase))))
            {
                candidates.SetValidity(i, false);
            }
        }

        return Task.CompletedTask;
    }
}
