using Chat.Functions.Moderation;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;

namespace Chat.Functions.Reports;

/// <summary>Takes reports: copies what is reported, and adds the report to its target's case.</summary>
/// <remarks>First the evidence, then the report with its case. Evidence without a report is what a retry finds there.</remarks>
public sealed class Reporting(
    ReportedContent content,
    ReportedFiles files,
    CaseStore cases,
    ModerationQueue queue,
    DailyLimits daily,
    TimeProvider time)
{
    /// <summary>Takes a report. Under a key it is taken once.</summary>
    /// <returns>The report's id, or the refusal.</returns>
    internal async Task<(string? ReportId, Problem? Refusal)> ReportAsync(
        UserId reporter,
        CreateReportRequest wanted,
        string? key,
        Session? session,
        CancellationToken cancellationToken)
    {
        // Any user may be reported: people are known by the host app, and so nobody learns here who exists.
        var (reported, refusal) = wanted.ConversationId is { } conversation
            ? await content.CopyAsync(reporter, conversation, wanted.MessageIds, session, cancellationToken)
            : (new Reported(new CaseTarget { Kind = TargetKind.User, UserId = wanted.UserId }, null, []), null);
        if (reported is null)
        {
            return (null, refusal);
        }

        var caseId = reported.Target.CaseId;
        var report = new Report
        {
            CaseId = caseId,
            ReportId = key is null ? OpaqueId.Random() : OpaqueId.Hash("report", caseId.Value, reporter.Value, key),
            ReporterId = reporter,
            Reason = wanted.Reason,
            Note = wanted.Note,
            MessageIds = wanted.MessageIds,
            Conversation = reported.Conversation,
            At = time.GetUtcNow(),
            RequestHash = key is null ? null : wanted.Hash,
        };
        if (await RepeatAsync(report, cancellationToken) is { } repeat)
        {
            return repeat;
        }

        return await daily.CountReportAsync(reporter, report.ReportId, cancellationToken) is { } dailyRefusal
            ? (null, dailyRefusal)
            : await AddAsync(report, reported, cancellationToken);
    }

    /// <summary>The answer to a retry; null when there is no such report yet.</summary>
    private async Task<(string? ReportId, Problem? Refusal)?> RepeatAsync(Report report, CancellationToken cancellationToken)
    {
        if (report.RequestHash is null
            || await cases.FindAsync(report.CaseId, report.Id, ChatJson.Default.Report, cancellationToken) is not { } first)
        {
            return null;
        }

        return first.RequestHash == report.RequestHash ? (first.ReportId, null) : (null, Problems.IdempotencyKeyReused);
    }

    private async Task<(string? ReportId, Problem? Refusal)> AddAsync(
        Report report,
        Reported reported,
        CancellationToken cancellationToken)
    {
        await files.KeepAsync(reported, cancellationToken);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await cases.ReadAsync(report.CaseId, cancellationToken);
            var known = before is null ? null : await cases.FindAsync(
                report.CaseId,
                Reporter.DocumentId(report.ReporterId),
                ChatJson.Default.Reporter,
                cancellationToken);
            var after = Case.After(before, reported.Target, report.Reason, known is null, report.At);
            var stored = report with { CaseVersion = after.Version };
            IReadOnlyList<CaseDocument> created = known is null
                ? [stored, new Reporter { CaseId = report.CaseId, ReporterId = report.ReporterId }]
                : [stored];
            await queue.WatchAsync(before, after, cancellationToken);
            if (await cases.TryCommitAsync(after, etag, created, cancellationToken))
            {
                return (report.ReportId, null);
            }

            // Another report on the target came first, or this one did, under the same key.
            if (await RepeatAsync(report, cancellationToken) is { } repeat)
            {
                return repeat;
            }
        }
    }
}
