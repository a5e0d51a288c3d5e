using Chat.Functions.Comments;
using Chat.Functions.Hooks;
using Chat.Functions.Messages;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Reactions;

/// <summary>
/// <c>PUT /conversations/{c}/messages/{m}/reactions/{key}</c>: adds a reaction to a message; 200 with the message. Idempotent.
/// </summary>
public sealed class AddReaction(
    Commenting log,
    MessageViews views,
    RespondToPost posts,
    TextScreening screening,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(AddReaction))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/messages/{messageId}/reactions/{key}")]
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

        var (_, refusal) = await screening.ScreenAsync(
            user.Id,
            conversationId,
            [new(SaidText.Reaction, reaction.Words)],
            cancellationToken);
        var session = Session.Of(request);
        var change = new ReactionChange(reaction, true, refusal, limits);
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
            IsWanted = true,
            Refusal = refusal,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, session, cancellationToken);
        return posts.IsChannel(conversationId, appended)
            ? await posts.ReactAsync(user.Id, conversationId, messageId, change, session, cancellationToken)
            : await views.AnswerAsync(user.Id, appended, cancellationToken);
    }
}
