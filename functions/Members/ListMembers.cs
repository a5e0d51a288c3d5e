using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Members;

/// <summary><c>GET /conversations/{c}/members</c>: active and invited members, ordered by user id, in pages.</summary>
public sealed class ListMembers(ConversationReader reader, MemberReader members, Limits limits, CurrentUser user)
{
    [Function(nameof(ListMembers))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/members")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, after) = (query.Limit(limits), query.UserIdContinuation());
        query.ThrowIfMalformed();

        if (await reader.ReadHeadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is null)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var found = await members.PageAsync(conversationId, after, limit + 1, cancellationToken);
        var page = new MemberPage([.. found.Take(limit).Select(MemberView.Of)], found.Count > limit ? found[limit - 1].UserId.Value : null);
        return new JsonResult<MemberPage>(StatusCodes.Status200OK, page, ChatJson.Default.MemberPage);
    }
}

/// <summary>A page of members.</summary>
/// <param name="Continuation">Asks for the next page; null on the last.</param>
internal sealed record MemberPage(IReadOnlyList<MemberView> Members, string? Continuation);

/// <summary>A member as other members see them.</summary>
/// <param name="JoinedSeq">The entry by which they joined most recently.</param>
internal sealed record MemberView(UserId UserId, MemberRole Role, MemberState State, DateTimeOffset JoinedAt, long JoinedSeq)
{
    public static MemberView Of(Member member) =>
        new(member.UserId, member.Role, member.State, member.JoinedAt, member.JoinedSeq);
}
