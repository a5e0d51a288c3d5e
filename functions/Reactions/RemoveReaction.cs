using Chat.Functions.Comments;
using Chat.Functions.Messages;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Reactions;

/// <summary>
/// <c>DELETE /conversations/{c}/messages/{m}/reactions/{key}</c>: removes a reaction; 200 with the message. Idempotent.
/// </summary>
public sealed class RemoveReaction(
    Commenting log,
    MessageViews views,
    RespondToPost posts,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(RemoveReaction))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/messages/{messageId}/reactions/{key}")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        string key,
        CancellationToken cancellationToken)
    {
        if (!ReactionKey.TryParse(key, out var reaction))
        {
            return Problems.NotAReaction.ToResult();
        }

        var session = Session.Of(request);
        var change = new ReactionChange(reaction, false, null, limits);
        if (posts.IsChannel(conversationId))
        {
            return await posts.ReactAsync(user.Id, conversationId, messageId, change, session, cancellationToken);
        }

        var command = new ChangeReactionCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            MessageId = messageId,
            Key = reaction,
            IsWanted = false,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, session, cancellationToken);
        return posts.IsChannel(conversationId, appended)
            ? await posts.ReactAsync(user.Id, conversationId, messageId, change, session, cancellationToken)
            : await views.AnswerAsync(user.Id, appended, cancellationToken);
    }
}
