using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Scheduled;

/// <summary>
/// <c>DELETE /conversations/{c}/scheduled/{s}</c>: 204 when the message won't be sent, even if there was none; 409 when it was
/// sent. The commit that sends the message deletes this document, so exactly one of the two happens.
/// </summary>
public sealed class CancelScheduled(ConversationReader reader, ChatContainers containers, CurrentUser user)
{
    [Function(nameof(CancelScheduled))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/scheduled/{scheduledId}")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId scheduledId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is null)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (!scheduledId.IsKey)
        {
            return Results.NoContent();
        }

        using var deleted = await containers.Conversations.DeleteItemStreamAsync(
            ScheduledMessage.DocumentId(user.Id, scheduledId),
            new PartitionKey(conversationId.Value),
            cancellationToken: cancellationToken);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
        {
            deleted.EnsureSuccessStatusCode();
            return new NoContentResult(Session.Of(deleted.Headers));
        }

        // Read with the session of the 404: if a commit that sent the message deleted the document, this read sees that message.
        var (sent, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(scheduledId),
            conversationId,
            ChatJson.Default.Message,
            Session.Of(deleted.Headers),
            cancellationToken);
        return sent?.SenderId == user.Id ? Problems.AlreadySent.ToResult() : Results.NoContent();
    }
}
