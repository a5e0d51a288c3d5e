using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Receipts;

/// <summary><c>PUT /conversations/{c}/read</c>: moves the caller's read marker to a position. It only rises; repeating or going back changes nothing.</summary>
public sealed class MarkRead(ConversationReader reader, ChatContainers containers, InboxProjection inbox, Limits limits, CurrentUser user)
{
    [Function(nameof(MarkRead))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/read")] HttpRequest request,
        string conversationId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var seq = body.Seq("seq");
        if (body.Refusal is { } malformed)
        {
            return malformed.ToResult();
        }

        if (!ConversationId.TryParse(conversationId, out var conversation)
            || await reader.ReadHeadForAsync(user.Id, conversation, Session.Of(request), cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (seq > head.LastSeq)
        {
            return Problems.OutOfRange("/seq", "Must not be beyond the conversation's lastSeq.").ToResult();
        }

        // The member first: the inbox is a projection of it, and a repeat heals what a crash in between left.
        var ordinal = await OrdinalAtAsync(head, seq, cancellationToken);
        await RaiseMemberAsync(head, seq, ordinal, cancellationToken);
        await inbox.RaiseReadAsync(user.Id, InboxChange.Of(head), ordinal, cancellationToken);
        return Results.NoContent();
    }

    /// <summary>The ordinal of the last message at or before a position: one less than the next one's, as those before may have expired.</summary>
    private async Task<long> OrdinalAtAsync(Head head, long seq, CancellationToken cancellationToken)
    {
        if (head.LastMessage is null || seq >= head.LastMessage.Seq)
        {
            return head.MessageCount;
        }

        var query = new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.type = 'message' AND c.seq > @seq ORDER BY c.seq").WithParameter("@seq", seq);
        var next = await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: 1,
            cancellationToken: cancellationToken).FirstOrDefaultAsync(cancellationToken);
        return next?.Ordinal - 1 ?? head.MessageCount;
    }

    private async Task RaiseMemberAsync(Head head, long seq, long ordinal, CancellationToken cancellationToken)
    {
        using var response = await containers.Conversations.PatchItemStreamAsync(
            Member.DocumentId(user.Id),
            new PartitionKey(head.ConversationId.Value),
            [PatchOperation.Set("/readSeq", seq), PatchOperation.Set("/readOrdinal", ordinal)],
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE c.readSeq < {seq}", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (response.StatusCode != HttpStatusCode.PreconditionFailed)
        {
            response.EnsureSuccessStatusCode();
        }
    }
}
