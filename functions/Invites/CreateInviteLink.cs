using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Invites;

/// <summary>
/// <c>POST /conversations/{c}/invite-links</c>: creates a link by which anybody who has it may join; 201 with its code, which no
/// later answer shows. 200 without the code when this <c>Idempotency-Key</c> created it before.
/// </summary>
public sealed class CreateInviteLink(ConversationReader reader, InviteLinkStore store, TimeProvider time, Limits limits, CurrentUser user)
{
    [Function(nameof(CreateInviteLink))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/invite-links")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        // As stored: links are compared below, and documents have milliseconds.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var wanted = CreateInviteLinkRequest.Read(body, now);
        var key = IdempotencyKey.Read(request, body);
        body.ThrowIfMalformed();

        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!part.Member.Role.Has(Right.ManageInviteLinks, part.Head.Kind))
        {
            return Problems.NotAllowed.ToResult();
        }

        var code = InviteCode.New(conversationId);
        var link = new InviteLink(code.LinkId, user.Id, now, 0)
        {
            ExpiresAt = wanted.ExpiresAt,
            MaxUses = wanted.MaxUses,
            KeyHash = key is null ? null : OpaqueId.Hash("invite", user.Id.Value, key),
        };
        var (links, session) = await store.ChangeAsync(
            conversationId,
            before => before.With(link, limits.InviteLinks, now),
            cancellationToken);
        return links.LiveAt(now).Links.FirstOrDefault(one => one.IsSameAs(link)) switch
        {
            null => Problems.LimitReached("inviteLinks", limits.InviteLinks).ToResult(),
            { } made when made == link => Answer(
                StatusCodes.Status201Created,
                InviteLinkView.Of(made) with { Code = code.ToString() },
                session),
            { } first when (first.ExpiresAt, first.MaxUses) == (link.ExpiresAt, link.MaxUses) => Answer(
                StatusCodes.Status200OK,
                InviteLinkView.Of(first),
                null),
            _ => Problems.IdempotencyKeyReused.ToResult(),
        };
    }

    private static JsonResult<InviteLinkView> Answer(int status, InviteLinkView link, Session? session) =>
        new(status, link, ChatJson.Default.InviteLinkView, session) { HoldsSecret = true };
}
