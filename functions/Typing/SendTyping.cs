using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Typing;

/// <summary>
/// <c>POST /conversations/{c}/typing</c>: tells the other members that the caller is typing, or stopped; 204. Nothing is stored.
/// Clients repeat it every 3 s while the user types, and let it expire after 6 s.
/// </summary>
public sealed class SendTyping(ConversationReader reader, TypingPush push, Limits limits, CurrentUser user)
{
    [Function(nameof(SendTyping))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/typing")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var isTyping = body.Bool("typing");
        body.ThrowIfMalformed();

        if (await reader.ReadHeadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (head.IsChannel)
        {
            return Problems.NotAllowed.ToResult();
        }

        await push.PushAsync(head, user.Id, isTyping, cancellationToken);
        return Results.NoContent();
    }
}
