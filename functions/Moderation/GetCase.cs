using Chat.Functions.Media;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Moderation;

/// <summary>
/// <c>GET /moderation/cases/{caseId}</c>: a case with its newest reports, decisions and appeals, at most 100 of each, and a page of the
/// evidence by <c>seq</c>, with addresses of its files.
/// </summary>
public sealed class GetCase(CaseStore cases, MediaBlobs blobs, Limits limits, TimeProvider time)
{
    [Function(nameof(GetCase))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "moderation/cases/{caseId}")] HttpRequest request,
        CaseId caseId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (after, limit) = (query.TextContinuation(), query.Limit(limits));
        if (after?.StartsWith(Evidence.Prefix, StringComparison.Ordinal) == false)
        {
            query.Fault("continuation", "invalid", "Must be the continuation of a page before.");
        }

        query.ThrowIfMalformed();

        if ((await cases.ReadAsync(caseId, cancellationToken)).Document is not { } found)
        {
            return Problems.CaseNotFound.ToResult();
        }

        var details = await ReadAsync(cases, found, after, limit, cancellationToken);
        var end = MediaUrl.EndAt(time.GetUtcNow());
        var evidence = await Task.WhenAll(details.Evidence.Select(one => SignAsync(caseId, one, end, cancellationToken)));
        return new JsonResult<CaseDetails>(
            StatusCodes.Status200OK,
            details with { Evidence = evidence },
            ChatJson.Default.CaseDetails);
    }

    internal static async Task<CaseDetails> ReadAsync(
        CaseStore cases,
        Case found,
        string? after,
        int limit,
        CancellationToken cancellationToken)
    {
        var (reports, decisions) = await cases.HistoryAsync(found.CaseId, cancellationToken);
        var evidence = await cases.EvidenceAsync(found.CaseId, after, limit + 1, cancellationToken);
        return new CaseDetails(
            CaseView.Of(found),
            [.. reports.Select(ReportView.Of)],
            [.. decisions.OfType<CaseDecision>().Select(DecisionView.Of)],
            [.. decisions.OfType<Appeal>().Select(one => new AppealView(one.DecisionId, one.UserId, one.Text, one.At))],
            [.. evidence.Take(limit).Select(EvidenceView.Of)],
            evidence.Count > limit ? RequestQuery.Continuation(evidence[limit - 1].Id) : null);
    }

    private async Task<EvidenceView> SignAsync(CaseId of, EvidenceView one, DateTimeOffset end, CancellationToken cancellationToken) =>
        one.Photos is not { } photos ? one : one with
        {
            Photos = await Task.WhenAll(photos.Select(async photo => photo with
            {
                Url = await blobs.EvidenceAddressAsync(of, photo.MediaId, end, cancellationToken),
                ExpiresAt = end,
            })),
        };
}
