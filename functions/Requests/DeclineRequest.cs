using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.RateLimits;
using Chat.Functions.Realtime;
using Chat.Functions.Reports;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>POST /requests/{c}/decline</c>: declines a request, and with <c>block</c> blocks who sent it, with <c>report</c> reports it; 204.
/// Nobody but the caller's own devices learns of it. Idempotent.
/// </summary>
public sealed class DeclineRequest(
    ConversationLog log,
    ContactRequests requests,
    RequestAnswers answers,
    Blocking blocking,
    Reporting reporting,
    RequestRates rates,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(DeclineRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "requests/{conversationId}/decline")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var blocks = body.Flag("block");
        var report = body.OptionalObject("report") is { } why ? CreateReportRequest.ReadReason(why, limits) : null;
        body.ThrowIfMalformed();

        var note = await requests.ReadAsync(user.Id, conversationId, cancellationToken);
        var command = new AnswerRequestCommand { Actor = user.Id, IsAccepted = false, Limits = limits };
        var declined = await answers.AppendAsync(
            conversationId,
            session => log.AppendAsync(conversationId, command, session, cancellationToken),
            Session.Of(request),
            cancellationToken);
        if (declined.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        // The head or the member document says whom to block, also to a repeat after the note is gone.
        var other = declined.Head!.Kind == ConversationKind.Direct
            ? declined.Head.Members!.First(member => member.UserId != user.Id)
            : null;
        var invitation = declined.Documents.OfType<Member>().FirstOrDefault();
        var sender = other?.UserId ?? invitation?.InvitedBy ?? note?.By;
        if (blocks && !(sender is { } by && await blocking.SetAsync(Block.Of, user.Id, by, isActive: true, cancellationToken)))
        {
            return Problems.Unavailable.ToResult();
        }

        if (sender is { } declinedBy)
        {
            await requests.NoteDeclinedAsync(user.Id, declinedBy, cancellationToken);
        }

        var asked = string.Create(null, $"{other?.SentSeq ?? invitation?.InvitedAt?.ToUnixTimeMilliseconds()}");
        var reportRefusal = report is null
            ? null
            : await ReportAsync(report, declined.Head, sender, asked, Session.Of(request), cancellationToken);
        if (note is not null)
        {
            await requests.RemoveAsync(note, cancellationToken);
        }

        await push.PushToUserAsync(
            user.Id,
            RequestResolved.EventType,
            conversationId,
            new RequestResolved("declined"),
            declined.Session,
            cancellationToken);
        return reportRefusal?.ToResult() ?? new NoContentResult(declined.Session);
    }

    /// <summary>
    /// Reports a direct conversation with what was said in it; of an invitation, whose group the caller doesn't see, who sent it. A repeat
    /// is no other report, unless they have asked once more since.
    /// </summary>
    private async Task<Problem?> ReportAsync(
        CreateReportRequest report,
        Head head,
        UserId? sender,
        string asked,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (sender is null)
        {
            return Problems.Unavailable;
        }

        if (rates.Reports.Take(user.Id) is { } rateRefusal)
        {
            return rateRefusal;
        }

        var wanted = head.Kind == ConversationKind.Direct
            ? report with { ConversationId = head.ConversationId }
            : report with { UserId = sender };
        var key = OpaqueId.Hash("decline", head.ConversationId.Value, asked, wanted.Hash);
        return (await reporting.ReportAsync(user.Id, wanted, key, session, cancellationToken)).Refusal;
    }
}
