using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Scheduled;

/// <summary>
/// <c>DELETE /conversations/{c}/scheduled/{s}</c>: 204 when the message won't be sent, also when it wasn't there; 409 when it was sent. Sending
/// deletes the document in the commit that creates the message, so exactly one of the two happens.
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

        // Not before the answer that it isn't there, which the commit that sent it would have caused.
        var (sent, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(scheduledId),
            conversationId,
            ChatJson.Default.Message,
            Session.Of(deleted.Headers),
            cancellationToken);
        return sent?.SenderId == user.Id ? Problems.AlreadySent.ToResult() : Results.NoContent();
    }
}
