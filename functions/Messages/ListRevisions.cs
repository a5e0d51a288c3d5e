using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>GET /conversations/{c}/messages/{m}/revisions</c>: all texts of a message, oldest first, the last being the current one;
/// none for an unsent message, nor in a group for one whose sender the caller blocks.
/// </summary>
public sealed class ListRevisions(MessageReader messages, ChatContainers containers, BlockReader blocks, CurrentUser user)
{
    [Function(nameof(ListRevisions))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/messages/{messageId}/revisions")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var (message, part, refusal) = await messages.ReadForAsync(
            user.Id,
            conversationId,
            messageId,
            Session.Of(request),
            cancellationToken);
        if (message is null)
        {
            return refusal!.ToResult();
        }

        var before = message.Revision == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            Enumerable.Range(0, message.Revision).Select(number => Revision.DocumentId(message.MessageId, number)),
            message.ConversationId,
            ChatJson.Default.DocumentsPageRevision,
            cancellationToken: cancellationToken);
        var all = before.OrderBy(one => one.Number).Select(one => new RevisionView(one.Number, one.Text, one.At));
        var isHidden = part!.Head.Kind != ConversationKind.Direct
            && (await blocks.BlockedAsync(user.Id, [message.SenderId], cancellationToken)).Count > 0;
        var page = message.IsUnsent || isHidden
            ? new RevisionPage([])
            : new RevisionPage([.. all, new RevisionView(message.Revision, message.Text, message.EditedAt ?? message.At)]);
        return new JsonResult<RevisionPage>(StatusCodes.Status200OK, page, ChatJson.Default.RevisionPage);
    }
}

/// <summary>All texts of a message, oldest first.</summary>
internal sealed record RevisionPage(IReadOnlyList<RevisionView> Revisions);

/// <summary>A text that a message had from an instant on.</summary>
/// <param name="Revision">0 for the text that was sent.</param>
public sealed record RevisionView(int Revision, string Text, DateTimeOffset At);
