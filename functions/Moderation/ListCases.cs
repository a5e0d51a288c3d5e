using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Moderation;

/// <summary><c>GET /moderation/cases</c>: a page of cases, those first that are due first. Without a state those that wait.</summary>
public sealed class ListCases(CaseStore cases, Limits limits)
{
    private static readonly Dictionary<string, CaseState> States = Words<CaseState>();
    private static readonly Dictionary<string, Severity> Severities = Words<Severity>();

    [Function(nameof(ListCases))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "moderation/cases")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (state, severity, after, limit) = (
            query.OneOf("state", States.Keys),
            query.OneOf("severity", Severities.Keys),
            query.TextContinuation(),
            query.Limit(limits));
        query.ThrowIfMalformed();

        // One more than asked for tells whether there is a next page.
        var found = await cases.ListAsync(
            state is null ? CaseState.Open : States[state],
            severity is null ? null : Severities[severity],
            after ?? "",
            limit + 1,
            cancellationToken);
        var page = new CasePage(
            [.. found.Take(limit).Select(CaseView.Of)],
            found.Count > limit ? RequestQuery.Continuation(found[limit - 1].Urgency) : null);
        return new JsonResult<CasePage>(StatusCodes.Status200OK, page, ChatJson.Default.CasePage);
    }

    private static Dictionary<string, T> Words<T>()
        where T : struct, Enum =>
        Enum.GetNames<T>().ToDictionary(JsonNamingPolicy.CamelCase.ConvertName, Enum.Parse<T>, StringComparer.Ordinal);
}
