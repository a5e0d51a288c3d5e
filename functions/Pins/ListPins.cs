using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Pins;

/// <summary><c>GET /conversations/{c}/pins</c>: the pinned messages that the caller sees, the latest pinned first.</summary>
public sealed class ListPins(ConversationReader reader, ChatContainers containers, MessageViews views, TimeProvider time, CurrentUser user)
{
    [Function(nameof(ListPins))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/pins")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadAsViewerAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var (pins, _) = await containers.Conversations.ReadDocumentAsync(
            ConversationPins.DocumentId,
            conversationId,
            ChatJson.Default.ConversationPins,
            cancellationToken: cancellationToken);
        var messages = await ReadAsync(part, pins?.Pins ?? [], cancellationToken);
        var shown = messages.Zip(await views.ForAsync(part, messages, cancellationToken));
        var page = new PinPage(
            [.. from pin in (pins?.Pins ?? []).Reverse()
                join message in shown on pin.MessageId equals message.First.MessageId
                select new PinnedMessageView(message.Second, pin.By, pin.At)]);
        return new JsonResult<PinPage>(StatusCodes.Status200OK, page, ChatJson.Default.PinPage);
    }

    private async Task<List<Message>> ReadAsync(MembershipContext part, IReadOnlyList<Pin> pins, CancellationToken cancellationToken)
    {
        var found = pins.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            pins.Select(pin => Message.DocumentId(pin.MessageId)),
            part.Head.ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            cancellationToken: cancellationToken);
        var now = time.GetUtcNow();
        return [.. found.Where(message => part.Member.Sees(message) && !message.IsUnsent && !message.IsExpiredAt(now))];
    }
}

/// <summary>A conversation's pinned messages.</summary>
internal sealed record PinPage(IReadOnlyList<PinnedMessageView> Pins);

/// <summary>A pinned message, with who pinned it and when.</summary>
internal sealed record PinnedMessageView(ShownMessage Message, UserId By, DateTimeOffset At);
