using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Decisions;

/// <summary>
/// <c>POST /me/appeals/{decisionId}</c>: asks for another look at a decision about the caller, once; 202. Its case opens again.
/// What decides an appeal, or lifts a standing, can't be appealed against. Whatever standing the caller has, they may.
/// </summary>
public sealed class AppealDecision(
    OwnDecisions decisions,
    CaseStore cases,
    ModerationQueue queue,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    [Function(nameof(AppealDecision))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "me/appeals/{decisionId}")] HttpRequest request,
        DecisionId decisionId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var text = body.Text("text", limits.Note);
        body.ThrowIfMalformed();

        if (await decisions.ReadAsync(user.Id, decisionId, cancellationToken) is not { } decision)
        {
            return Problems.DecisionNotFound.ToResult();
        }

        if (decision.IsFinal)
        {
            return Problems.AlreadyAppealed.ToResult();
        }

        var appeal = await AppendAsync(decision, text, cancellationToken);
        if (appeal.Text != text)
        {
            return Problems.AlreadyAppealed.ToResult();
        }

        // Also on a repeat: the process may have died between the two writes.
        await decisions.NoteAppealAsync(decision, appeal.At, cancellationToken);
        return new JsonResult<AppealState>(StatusCodes.Status202Accepted, new AppealState(decisionId), ChatJson.Default.AppealState);
    }

    /// <summary>The appeal in its case: this one, or the one that was there before.</summary>
    private async Task<Appeal> AppendAsync(OwnDecision decision, string text, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await cases.ReadAsync(decision.CaseId, cancellationToken);
            var first = await cases.FindAsync(
                decision.CaseId,
                Appeal.DocumentId(decision.DecisionId),
                ChatJson.Default.Appeal,
                cancellationToken);
            if (first is not null)
            {
                return first;
            }

            var now = time.GetUtcNow();
            var appeal = new Appeal { CaseId = decision.CaseId, DecisionId = decision.DecisionId, UserId = user.Id, Text = text, At = now };
            if (found is null)
            {
                continue;
            }

            var after = found.AfterAppeal(now);
            await queue.WatchAsync(found, after, cancellationToken);
            if (await cases.TryCommitAsync(after, etag, [appeal], cancellationToken))
            {
                return appeal;
            }
        }
    }
}

/// <summary>The answer to an appeal.</summary>
internal sealed record AppealState(DecisionId DecisionId);
