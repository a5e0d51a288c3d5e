using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Requests;

/// <summary>
/// <c>POST /requests/{c}/accept</c>: accepts a request; 204. The conversation is in the caller's list from then on. Idempotent: who
/// asked is told once. Answering a message accepts it, too. Where the caller restricts the other one, that is taken back, and nobody is
/// told.
/// </summary>
public sealed class AcceptRequest(
    ConversationLog log,
    ConversationReader reader,
    ContactRequests requests,
    RequestAnswers answers,
    BlockReader blocks,
    Blocking blocking,
    InboxProjection inbox,
    EventPush push,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(AcceptRequest))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "requests/{conversationId}/accept")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var note = await requests.ReadAsync(user.Id, conversationId, cancellationToken);
        var accepted = await answers.AppendAsync(
            conversationId,
            session => AcceptAsync(conversationId, note?.By, session, cancellationToken),
            Session.Of(request),
            cancellationToken);
        if (accepted.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var isRestricted = accepted.Head!.Restricts(user.Id);
        if (isRestricted && !await blocking.SetAsync(
            Block.Restriction,
            user.Id,
            accepted.Head.Members!.First(member => member.UserId != user.Id).UserId,
            isActive: false,
            cancellationToken))
        {
            return Problems.Unavailable.ToResult();
        }

        // The caller's list is moved here, so that the next read shows the conversation. A repeat does it once more.
        await (accepted.Head.Kind == ConversationKind.Direct
            ? ListAsync(accepted.Head, cancellationToken)
            : WelcomeAsync(accepted, cancellationToken));

        if (accepted.Head.Other(user.Id) is { } other)
        {
            await requests.ForgetDeclinedAsync(user.Id, other.UserId, cancellationToken);
        }

        // The note goes last: as long as it is there it isn't sure that they were told. Later calls tell nobody anything.
        if (note is not null)
        {
            var told = accepted.Head.Kind == ConversationKind.Direct && !accepted.Head.IsBlocked && !isRestricted
                ? accepted.Head.Members!.Select(member => member.UserId)
                : [user.Id];
            await Task.WhenAll(told.Select(one => push.PushToUserAsync(
                one,
                RequestResolved.EventType,
                conversationId,
                new RequestResolved("accepted"),
                accepted.Session,
                cancellationToken)));
            await requests.RemoveAsync(note, cancellationToken);
        }

        return new NoContentResult(accepted.Session);
    }

    private async Task<AppendResult> AcceptAsync(
        ConversationId conversation,
        UserId? inviter,
        Session? session,
        CancellationToken cancellationToken)
    {
        var command = new AnswerRequestCommand { Actor = user.Id, IsAccepted = true, Limits = limits };
        var accepted = await log.AppendAsync(conversation, command, session, cancellationToken);
        for (var count = 0; accepted.Refusal == ContactCommand.Undecided && count < ContactCommand.MaxEvaluations; count++)
        {
            var (contact, seen) = await ReadContactAsync(conversation, inviter, session, cancellationToken);
            command = command with { Contact = contact, SeenMembers = seen };
            accepted = await log.AppendAsync(conversation, command, session, cancellationToken);
        }

        return accepted;
    }

    /// <summary>
    /// Whether a block, either way, keeps the caller from who invited them, or from anybody in the group, by the members of that version.
    /// </summary>
    private async Task<(Contact Contact, long Seen)> ReadContactAsync(
        ConversationId conversation,
        UserId? inviter,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadHeadAsync(conversation, session, cancellationToken) is not { } head)
        {
            return (Contact.Refused, 0);
        }

        var members = await reader.MembersToBeAsync(head, session, cancellationToken);
        IReadOnlyList<UserId> others = inviter is { } by ? [.. members, by] : members;
        var isApart = (await blocks.BetweenAsync(user.Id, others, cancellationToken)).Count > 0;
        return (isApart ? Contact.Refused : Contact.Open, head.MembersVersion);
    }

    /// <summary>Puts it on the caller's list. A restriction, though taken back since, may have left a tombstone there.</summary>
    private Task ListAsync(Head head, CancellationToken cancellationToken) =>
        head.Member(user.Id) is { Restricts: false, RestrictVersion: > 0 and var version }
            ? inbox.RestrictAsync(user.Id, ConversationSnapshot.Of(head), isRestricted: false, version, cancellationToken)
            : inbox.RaiseAsync(user.Id, ConversationSnapshot.Of(head), cancellationToken);

    private async Task WelcomeAsync(AppendResult joined, CancellationToken cancellationToken)
    {
        var profile = await reader.ReadProfileAsync(joined.Head!, joined.Session, cancellationToken);
        await inbox.JoinAsync(joined.Document<Member>(), ConversationSnapshot.Of(joined.Head!, profile), cancellationToken);
    }
}
