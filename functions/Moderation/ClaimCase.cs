using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Moderation;

/// <summary>
/// <c>POST /moderation/cases/{caseId}/claim</c>: gives the caller the case for 15 minutes, or for 15 more; 200 with the case. Until then no
/// other moderator can claim or decide it.
/// </summary>
public sealed class ClaimCase(CaseStore cases, TimeProvider time, CurrentUser user)
{
    [Function(nameof(ClaimCase))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "moderation/cases/{caseId}/claim")] HttpRequest request,
        CaseId caseId,
        CancellationToken cancellationToken)
    {
        var (claimed, refusal) = await ClaimAsync(cases, caseId, user.Id, time, cancellationToken);
        return claimed is null
            ? refusal!.ToResult()
            : new JsonResult<CaseView>(StatusCodes.Status200OK, CaseView.Of(claimed), ChatJson.Default.CaseView);
    }

    /// <summary>The claimed case, or the refusal.</summary>
    internal static async Task<(Case? Claimed, Problem? Refusal)> ClaimAsync(
        CaseStore cases,
        CaseId id,
        UserId moderator,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await cases.ReadAsync(id, cancellationToken);
            if (found is null)
            {
                return (null, Problems.CaseNotFound);
            }

            var (claimed, refusal) = found.ClaimedFor(moderator, time.GetUtcNow());
            if (claimed is null || await cases.TryCommitAsync(claimed, etag, [], cancellationToken))
            {
                return (claimed, refusal);
            }
        }
    }
}
