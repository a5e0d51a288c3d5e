using System.Globalization;
using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary>
/// <c>GET /conversations/{c}/collections/{k}/items</c>: a page of what is in a collection, in its order. Each has its message if the
/// caller sees that.
/// </summary>
/// <remarks>Two documents and the messages of the page, by one read-many.</remarks>
public sealed class ListCollectionItems(
    ConversationReader reader,
    ChatContainers containers,
    MessageViews views,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    [Function(nameof(ListCollectionItems))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "conversations/{conversationId}/collections/{collectionId}/items")]
        HttpRequest request,
        ConversationId conversationId,
        CollectionId collectionId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var (limit, last) = (query.Limit(limits), query.TextContinuation());
        query.ThrowIfMalformed();
        var session = Session.Of(request);
        if (await reader.ReadForAsync(user.Id, conversationId, session, cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var (found, _) = collectionId == CollectionId.None ? default : await containers.Conversations.ReadDocumentAsync(
            CollectionItems.DocumentId(collectionId),
            conversationId,
            ChatJson.Default.CollectionItems,
            cancellationToken: cancellationToken);
        if (found is null)
        {
            return Problems.CollectionNotFound.ToResult();
        }

        var start = Start(found.Items, last);
        IReadOnlyList<CollectionItemId> page = [.. found.Items.Skip(start).Take(limit)];
        var shown = await ReadAsync(part, page, cancellationToken);
        return new JsonResult<CollectionItemPage>(
            StatusCodes.Status200OK,
            new([.. page.Select(item => new CollectionItemView(item) { Message = shown.GetValueOrDefault(item.MessageId) })])
            {
                Continuation = start + page.Count < found.Items.Count
                    ? RequestQuery.Continuation(string.Create(null, $"{start + page.Count} {page[^1]}"))
                    : null,
            },
            ChatJson.Default.CollectionItemPage);
    }

    /// <summary>After the last item of the page before, wherever that was moved; where it was, if it is gone.</summary>
    private static int Start(IReadOnlyList<CollectionItemId> items, string? last)
    {
        var (place, id) =
            last?.Split(' ') is [var count, var item]
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (number, item)
                : (0, "");
        for (var n = 0; n < items.Count; n++)
        {
            if (items[n].Value == id)
            {
                return n + 1;
            }
        }

        return Math.Clamp(place, 0, items.Count);
    }

    private async Task<Dictionary<MessageId, MessageView>> ReadAsync(
        MembershipContext part,
        IReadOnlyList<CollectionItemId> page,
        CancellationToken cancellationToken)
    {
        List<MessageId> ids = [.. page.Select(item => item.MessageId).Distinct()];
        var read = ids.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            ids.Select(Message.DocumentId),
            part.Head.ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            cancellationToken: cancellationToken);
        var now = time.GetUtcNow();
        IReadOnlyList<Message> seen = [.. read.Where(
            message => ids.Contains(message.MessageId) && part.Member.Sees(message) && !message.IsUnsent && !message.IsExpiredAt(now))];
        var shown = await views.ForAsync(part, seen, cancellationToken);
        return shown.OfType<MessageView>().ToDictionary(message => message.MessageId);
    }
}

/// <summary>A page of a collection's items.</summary>
internal sealed record CollectionItemPage(IReadOnlyList<CollectionItemView> Items)
{
    /// <summary>Where the next page begins; null when this is the last.</summary>
    public string? Continuation { get; init; }
}

/// <summary>An item of a collection.</summary>
internal sealed record CollectionItemView(CollectionItemId ItemId)
{
    /// <summary>Its message; absent when the viewer doesn't see it, or it was taken back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageView? Message { get; init; }
}
