using System.Net;
using System.Text.Json;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Invites;

/// <summary>Reads and changes a conversation's invite links.</summary>
/// <remarks>
/// Creating and revoking links isn't part of the log. All writes go through the document's ETag: these, and those of joins and
/// join requests, which count uses.
/// </remarks>
public sealed class InviteLinkStore(ChatContainers containers)
{
    private readonly Container _conversations = containers.Conversations;

    /// <summary>The links with their ETag; empty and null before the first link is created.</summary>
    public async Task<(InviteLinks Links, string? ETag)> ReadAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var (links, etag) = await _conversations.ReadDocumentAsync(
            InviteLinks.DocumentId,
            conversation,
            ChatJson.Default.InviteLinks,
            null,
            cancellationToken);
        return (links ?? new InviteLinks { ConversationId = conversation }, etag);
    }

    /// <summary>Whether a user used a link within the last day, by which a repeat uses it no second time.</summary>
    public async Task<bool> IsUsedAsync(InviteCode invite, UserId user, CancellationToken cancellationToken) =>
        (await _conversations.ReadDocumentAsync(
            InviteUse.DocumentId(user, invite.LinkId),
            invite.Conversation,
            ChatJson.Default.InviteUse,
            null,
            cancellationToken)).Document is not null;

    /// <summary>Counts and notes a use of a link: both or neither.</summary>
    /// <param name="links">The links as they were read.</param>
    /// <param name="link">One of them.</param>
    /// <param name="use">Who uses it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// Whether it was, and the session token by which a reader sees it. It isn't when the link was used up or deleted, or the user used
    /// it, since they were read.
    /// </returns>
    public async Task<(bool IsCounted, Session? Session)> TryUseAsync(
        InviteLinks links,
        InviteLink link,
        InviteUse use,
        CancellationToken cancellationToken)
    {
        // Many may come by one link at the same time. A patch waits for the others, where a replace would fail.
        var place = links.Links.ToList().IndexOf(link);
        var isLeft = link.MaxUses is { } most ? $" AND c.links[{place}].uses < {most}" : "";
        var count = new TransactionalBatchPatchItemRequestOptions
        {
            FilterPredicate = $"FROM c WHERE c.links[{place}].linkId = '{link.LinkId}'{isLeft}",
            EnableContentResponseOnWrite = false,
        };
        var options = new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false };
        using var note = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(use, ChatJson.Default.ConversationDocument),
            writable: false);
        var batch = _conversations.CreateTransactionalBatch(new PartitionKey(use.ConversationId.Value))
            .PatchItem(
                InviteLinks.DocumentId,
                [PatchOperation.Increment($"/links/{place}/uses", 1), PatchOperation.Set($"/links/{place}/hasAsked", true)],
                count)
            .CreateItemStream(note, options);
        using var response = await batch.ExecuteAsync(cancellationToken);
        return response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed or HttpStatusCode.NotFound ? default
            : response.IsSuccessStatusCode ? (true, Session.Of(response.Headers))
            : throw new CosmosException(
                $"The use of an invite link was refused: {response.ErrorMessage}",
                response.StatusCode,
                0,
                response.ActivityId,
                response.RequestCharge);
    }

    /// <summary>Changes the links, and decides again after every conflict.</summary>
    /// <param name="conversation">The links' conversation.</param>
    /// <param name="change">Returns the new links, or the same instance to change nothing.</param>
    /// <returns>
    /// The links afterwards, and the session token by which a reader sees the change; null when nothing changed.
    /// </returns>
    public async Task<(InviteLinks Links, Session? Session)> ChangeAsync(
        ConversationId conversation,
        Func<InviteLinks, InviteLinks> change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await ReadAsync(conversation, cancellationToken);
            var after = change(before);
            if (after == before)
            {
                return (before, null);
            }

            using var body = new MemoryStream(
                JsonSerializer.SerializeToUtf8Bytes(after, ChatJson.Default.ConversationDocument),
                writable: false);
            using var response = etag is null
                ? await _conversations.CreateItemStreamAsync(
                    body,
                    new PartitionKey(conversation.Value),
                    new ItemRequestOptions { EnableContentResponseOnWrite = false },
                    cancellationToken)
                : await _conversations.ReplaceItemStreamAsync(
                    body,
                    InviteLinks.DocumentId,
                    new PartitionKey(conversation.Value),
                    new ItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
                    cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed))
            {
                response.EnsureSuccessStatusCode();
                return (after, Session.Of(response.Headers));
            }
        }
    }
}
