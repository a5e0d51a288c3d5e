using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary><c>GET /conversations/{c}/join-requests</c>: pending join requests, ordered by user id, in pages.</summary>
public sealed class ListJoinRequests(ConversationReader reader, MemberReader members, Limits limits, CurrentUser user)
{
    [Function(nameof(ListJoinRequests))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/join-requests")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!part.Member.Role.Has(Right.DecideJoinRequests, part.Head.Kind))
        {
            return Problems.NotAllowed.ToResult();
        }

        var found = await members.RequestsAsync(conversationId, after, limit + 1, cancellationToken);
        var page = new JoinRequestPage(
            [.. found.Take(limit).Select(member => new JoinRequestView(member.UserId, member.RequestedAt ?? default))],
            found.Count > limit ? found[limit - 1].UserId.Value : null);
        return new JsonResult<JoinRequestPage>(StatusCodes.Status200OK, page, ChatJson.Default.JoinRequestPage);
    }
}

/// <summary>A page of pending join requests.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record JoinRequestPage(IReadOnlyList<JoinRequestView> JoinRequests, string? Continuation);

/// <summary>A pending join request.</summary>
internal sealed record JoinRequestView(UserId UserId, DateTimeOffset RequestedAt);
