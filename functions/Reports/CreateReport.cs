using Chat.Functions.Moderation;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Reports;

/// <summary>
/// <c>POST /reports</c>: reports a user, a conversation, or messages of one sender in it; 202. What is reported is copied before the
/// answer, so that nothing that happens to it later takes it from the moderators. Idempotent by <c>Idempotency-Key</c>.
/// </summary>
public sealed class CreateReport(
    ReportedContent content,
    CaseStore cases,
    ModerationQueue queue,
    DailyLimits daily,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    [Function(nameof(CreateReport))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "reports")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var wanted = CreateReportRequest.Read(body, limits);
        var key = IdempotencyKey.Read(request, body);
        body.ThrowIfMalformed();

        // Any user may be reported: people are known by the host app, and so nobody learns here who exists.
        var (reported, refusal) = wanted.ConversationId is { } conversation
            ? await content.CopyAsync(user.Id, conversation, wanted.MessageIds, Session.Of(request), cancellationToken)
            : (new Reported(new CaseTarget { Kind = TargetKind.User, UserId = wanted.UserId }, null, []), null);
        if (reported is null)
        {
            return refusal!.ToResult();
        }

        var caseId = reported.Target.CaseId;
        var report = new Report
        {
            CaseId = caseId,
            ReportId = key is null ? OpaqueId.Random() : OpaqueId.Hash("report", caseId.Value, user.Id.Value, key),
            ReporterId = user.Id,
            Reason = wanted.Reason,
            Note = wanted.Note,
            MessageIds = wanted.MessageIds,
            Conversation = reported.Conversation,
            At = time.GetUtcNow(),
            RequestHash = key is null ? null : wanted.Hash,
        };
        return await RepeatAsync(report, cancellationToken)
            ?? (await daily.CountReportAsync(user.Id, report.ReportId, cancellationToken))?.ToResult()
            ?? await AcceptAsync(report, reported, cancellationToken);
    }

    /// <summary>The answer to a retry; null when there is no such report yet.</summary>
    private async Task<IResult?> RepeatAsync(Report report, CancellationToken cancellationToken)
    {
        if (report.RequestHash is null
            || await cases.FindAsync(report.CaseId, report.Id, ChatJson.Default.Report, cancellationToken) is not { } first)
        {
            return null;
        }

        return first.RequestHash == report.RequestHash ? Accepted(first) : Problems.IdempotencyKeyReused.ToResult();
    }

    /// <summary>First the evidence, then the report with its case. Evidence without a report is what a retry finds there.</summary>
    private async Task<IResult> AcceptAsync(Report report, Reported reported, CancellationToken cancellationToken)
    {
        await cases.KeepAsync(reported.Evidence, cancellationToken);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await cases.ReadAsync(report.CaseId, cancellationToken);
            var known = before is null ? null : await cases.FindAsync(
                report.CaseId,
                Reporter.DocumentId(user.Id),
                ChatJson.Default.Reporter,
                cancellationToken);
            var after = Case.After(before, reported.Target, report.Reason, known is null, report.At);
            var stored = report with { CaseVersion = after.Version };
            IReadOnlyList<CaseDocument> created = known is null
                ? [stored, new Reporter { CaseId = report.CaseId, ReporterId = user.Id }]
                : [stored];
            await queue.WatchAsync(before, after, cancellationToken);
            if (await cases.TryCommitAsync(after, etag, created, cancellationToken))
            {
                return Accepted(report);
            }

            // Another report on the target came first, or this one did, under the same key.
            if (await RepeatAsync(report, cancellationToken) is { } repeat)
            {
                return repeat;
            }
        }
    }

    private static JsonResult<ReportState> Accepted(Report report) =>
        new(StatusCodes.Status202Accepted, new ReportState(report.ReportId), ChatJson.Default.ReportState);
}

/// <summary>The answer to a report. Nothing can be asked by its id; support may be told it.</summary>
internal sealed record ReportState(string ReportId);
