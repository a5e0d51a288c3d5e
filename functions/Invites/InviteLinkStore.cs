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
