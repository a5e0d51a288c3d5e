using System.Text.Json.Serialization;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary>
/// <c>DELETE /conversations/{c}</c>: deletes a group for everyone; 204. A repeat is 404, as every other call about it is from
/// then on.
/// </summary>
public sealed class DeleteConversation(ConversationLog log, InboxProjection inbox, CurrentUser user)
{
    [Function(nameof(DeleteConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        var deleted = await log.AppendAsync(
            conversationId,
            new DeleteConversationCommand { Actor = user.Id, Conversation = conversationId },
            Session.Of(request),
            cancellationToken);
        if (deleted.Refusal is { } refusal)
        {
            if (refusal == Problems.ConversationNotFound)
            {
                await inbox.LeaveAgainAsync(user.Id, conversationId, cancellationToken);
            }

            return refusal.ToResult();
        }

        // The caller's own list is updated here. The projection updates the others'.
        await inbox.LeaveAsync(user.Id, ConversationSnapshot.Of(deleted.Head!), cancellationToken);
        return new NoContentResult(deleted.Session);
    }
}

/// <summary>Deletes a group for everyone. Its documents stay; every reader takes a deleted head for none.</summary>
internal sealed record DeleteConversationCommand : MemberCommand
{
    protected override Right Needed => Right.Delete;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var deleted = LogEvent.Of(
            context,
            LogEvent.ConversationDeleted,
            Actor,
            new ConversationDeleted(Actor),
            ChatJson.Default.ConversationDeleted);
        return Decision.Append(head with { LastSeq = deleted.Seq, DeletedAt = deleted.At }, deleted);
    }
}

/// <summary>The data of <c>conversation.deleted</c>.</summary>
/// <param name="By">The owner who did; absent when a moderator closed it.</param>
internal sealed record ConversationDeleted([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserId? By)
{
    /// <summary><see cref="Messages.Message.ByModerator"/>; absent when the owner deleted it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
