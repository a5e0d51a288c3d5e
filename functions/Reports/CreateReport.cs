using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Reports;

/// <summary>
/// <c>POST /reports</c>: reports a user, a conversation, or messages of one sender in it; 202. What is reported is copied before the
/// answer, so that nothing that happens to it later takes it from the moderators. Idempotent by <c>Idempotency-Key</c>.
/// </summary>
public sealed class CreateReport(Reporting reporting, Limits limits, CurrentUser user)
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

        var (reportId, refusal) = await reporting.ReportAsync(user.Id, wanted, key, Session.Of(request), cancellationToken);
        return reportId is null
            ? refusal!.ToResult()
            : new JsonResult<ReportState>(StatusCodes.Status202Accepted, new ReportState(reportId), ChatJson.Default.ReportState);
    }
}

/// <summary>The answer to a report. Nothing can be asked by its id; support may be told it.</summary>
internal sealed record ReportState(string ReportId);
