using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Moderation;

/// <summary>
/// <c>POST /moderation/cases/{caseId}/decision</c>: decides a case; 201 with the decision, 200 for a retry. What it says is done
/// when the answer comes, or soon after by the queue.
/// </summary>
public sealed class DecideCase(
    CaseDecisions decisions,
    DecisionEffects effects,
    StandingList standings,
    Limits limits,
    TimeProvider time,
    CurrentUser user,
    ILogger<DecideCase> logger)
{
    /// <summary>How long the answer waits for the effects.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    [Function(nameof(DecideCase))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "moderation/cases/{caseId}/decision")] HttpRequest request,
        CaseId caseId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var wanted = DecisionRequest.Read(body, limits, time.GetUtcNow());
        var key = IdempotencyKey.Read(request, body);
        body.ThrowIfMalformed();

        var (decision, isRepeat, refusal) = await decisions.CommitAsync(
            caseId,
            user.Id,
            wanted,
            key,
            wanted.GivesStanding ? standings.RefusalWhenFull : null,
            CaseDecisions.RepairAfter,
            cancellationToken);
        if (decision is null)
        {
            return refusal!.ToResult();
        }

        await TryApplyAsync(decision, cancellationToken);
        var status = isRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        return new JsonResult<DecisionView>(status, DecisionView.Of(decision), ChatJson.Default.DecisionView);
    }

    private async Task TryApplyAsync(CaseDecision decision, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await effects.ApplyAsync(decision, either.Token);
        }
        catch (Exception exception)
        {
            // It stands; the queue does the rest.
            logger.NotApplied(exception);
        }
    }
}
