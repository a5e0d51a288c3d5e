using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Decisions;

/// <summary><c>GET /me/decisions</c>: moderators' decisions about the caller, the newest 100.</summary>
public sealed class ListDecisions(OwnDecisions decisions, CurrentUser user)
{
    private const int MaxShown = 100;

    [Function(nameof(ListDecisions))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "me/decisions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var all = await decisions.ListAsync(user.Id, cancellationToken);
        return new JsonResult<OwnDecisionList>(
            StatusCodes.Status200OK,
            new OwnDecisionList([.. all.Take(MaxShown).Select(OwnDecisionView.Of)]),
            ChatJson.Default.OwnDecisionList);
    }
}

/// <summary>Decisions about the caller, newest first.</summary>
internal sealed record OwnDecisionList(IReadOnlyList<OwnDecisionView> Decisions);
