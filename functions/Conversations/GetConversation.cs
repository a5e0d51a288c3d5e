using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary><c>GET /conversations/{c}</c>: a conversation that the caller is a member of.</summary>
public sealed class GetConversation(ConversationReader reader, InboxProjection inbox, CurrentUser user)
{
    [Function(nameof(GetConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}")] HttpRequest request,
        string conversationId,
        CancellationToken cancellationToken)
    {
        if (!ConversationId.TryParse(conversationId, out var conversation)
            || await reader.ReadHeadForAsync(user.Id, conversation, Session.Of(request), cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var members = await reader.FirstMembersAsync(head, cancellationToken);
        var entry = await inbox.ReadAsync(user.Id, conversation, cancellationToken);
        return new Answer<ConversationView>(StatusCodes.Status200OK, ConversationView.Of(head, members, entry), ChatJson.Default.ConversationView);
    }
}
