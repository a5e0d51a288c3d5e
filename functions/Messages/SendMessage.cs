using Chat.Functions.Log;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary><c>POST /conversations/{c}/messages</c>: accepts a message; 201 with it once it is committed, 200 with the first when it repeats one.</summary>
public sealed class SendMessage(ConversationLog log, PrivacyReader privacy, MessageViews views, Limits limits, CurrentUser user)
{
    [Function(nameof(SendMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/messages")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var clientMessageId = body.ClientId("clientMessageId");
        var content = MessageContent.Read(body, limits);
        body.ThrowIfMalformed();

        var isReceipt = await privacy.ShowsReadAsync(user.Id, cancellationToken);
        var message = new NewMessage(conversationId, user.Id, clientMessageId, content) { IsReceipt = isReceipt };
        var appended = await log.AppendAsync(conversationId, message, Session.Of(request), cancellationToken);
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var status = appended.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        var view = (await views.OfAsync(user.Id, [(Message)appended.Entries[0]], cancellationToken))[0];
        return new Answer<MessageView>(status, view, ChatJson.Default.MessageView, appended.Session);
    }
}
