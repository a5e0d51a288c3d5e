using Chat.Functions.Erasure;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Requests;

/// <summary>Stores <see cref="RequestNote"/>s.</summary>
public sealed class RequestNoteStore(ChatContainers containers)
{
    /// <summary>
    /// Notes that somebody wrote to whoever restricts them, or was restricted. Idempotent, and may come late: a newer note stays, and of a
    /// recipient who was erased there is none.
    /// </summary>
    public async Task NoteRestrictedAsync(
        UserId recipient,
        ConversationId conversation,
        UserId by,
        DateTimeOffset at,
        CancellationToken cancellationToken)
    {
        var order = RequestNote.Order(at, conversation);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await FindAsync(recipient, conversation, cancellationToken);
            if (before is null
                ? await containers.Users.IsErasedAsync(recipient, cancellationToken)
                : string.CompareOrdinal(before.RequestedAt, order) >= 0)
            {
                return;
            }

            var note = before ?? new RequestNote { UserId = recipient, ConversationId = conversation, By = by, RequestedAt = order };
            if (await TryWriteAsync(note with { RequestedAt = order }, etag, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>A user's note of a request with its ETag; null when there is none.</summary>
    public Task<StoredDocument<RequestNote>> FindAsync(
        UserId recipient,
        ConversationId conversation,
        CancellationToken cancellationToken) =>
        containers.Users.ReadDocumentAsync(
            RequestNote.DocumentId(conversation),
            new PartitionKey(recipient.Value),
            ChatJson.Default.RequestNote,
            cancellationToken: cancellationToken);

    /// <summary>Writes a note as a new one, or over that with an ETag; false when another is there.</summary>
    public Task<bool> TryWriteAsync(RequestNote note, string? etag, CancellationToken cancellationToken) =>
        containers.Users.TryWriteDocumentAsync(
            note,
            note.Id,
            new PartitionKey(note.UserId.Value),
            etag,
            ChatJson.Default.RequestNote,
            cancellationToken);
}
