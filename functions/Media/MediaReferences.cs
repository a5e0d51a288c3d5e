using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Media;

/// <summary>
/// Reconciles references with their messages: copies the file's state into the attachment of a message that refers to it, and deletes
/// references that no message uses. With the last one the file is deleted, unless it is new and nobody has sent it.
/// </summary>
public sealed class MediaReferences(
    MediaStore store,
    MediaCleanup cleanup,
    MediaQueue queue,
    ConversationReader reader,
    ConversationLog log,
    ChatContainers containers,
    TimeProvider time)
{
    /// <summary>How many messages one queue message handles.</summary>
    private const int Page = 50;

    /// <summary>How soon to check again for a message that isn't committed yet.</summary>
    private static readonly TimeSpan RecheckDelay = TimeSpan.FromSeconds(5);

    /// <summary>How soon to check again for a message that is scheduled: it may be cancelled.</summary>
    private static readonly TimeSpan ScheduledCheck = TimeSpan.FromDays(1);

    /// <summary>Reconciles a reference with its message. Idempotent.</summary>
    /// <exception cref="TimeoutException">The message can't be changed just now.</exception>
    public async Task AlignAsync(ReferenceDue due, CancellationToken cancellationToken)
    {
        // The file is read before the message: if MediaProcessing ends after this read, it updates the message itself, or enqueues another
        // check. By the session of ReadAsync the file is no older than that.
        var (item, itemETag) = await store.ReadAsync(due.MediaId, cancellationToken);
        var (reference, etag) = item is null ? default
            : await store.ReadReferenceAsync(item, itemETag!, due.ConversationId, due.Message, cancellationToken);
        var now = time.GetUtcNow();
        var (head, message) = await ReadAsync(due, cancellationToken);
        var expiresAt = message is null ? due.ExpiresAt : message.ExpiresAt;
        var isGone = head?.DeletedAt is not null || message?.IsUnsent == true;
        var isUseOver = expiresAt <= now || head?.DeletedAt is not null || message?.Released?.Contains(due.MediaId) == true;
        if (item is null || reference is null)
        {
            // An earlier attempt may have crashed after it deleted the reference. If the send was refused, a new file is kept: its owner
            // may send it again.
            await cleanup.DeleteUnusedAsync(due.MediaId, isNewKept: !isUseOver, cancellationToken);
            return;
        }

        if (!isGone && message?.IsExpiredAt(now) == false && message.Find(due.MediaId) is { } said)
        {
            await KeepAsync(due, message, said, Attachment.Of(item), cancellationToken);
        }
        else if (!isGone && await WaitsUntilAsync(due, item, reference, cancellationToken) is { } again)
        {
            // Also if the message has expired: a new message may use its key again, and this reference.
            await queue.SendAsync(due with { ExpiresAt = expiresAt }, again, cancellationToken);
        }
        else if (await store.TryDeleteReferenceAsync(item, reference, etag!, cancellationToken))
        {
            // If no message had it, a new file is kept: its owner may still send it.
            await cleanup.DeleteUnusedAsync(due.MediaId, isNewKept: !isUseOver, cancellationToken);
        }
        else
        {
            // The ETag doesn't match: a retry of the send wrote the reference anew, or processing changed the file.
            await queue.SendAsync(due with { ExpiresAt = expiresAt }, now + RecheckDelay, cancellationToken);
        }
    }

    /// <summary>Enqueues a check of each file that a deleted conversation's messages refer to, a page at a time.</summary>
    public async Task ReleaseAllAsync(ConversationGone gone, CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(gone.ConversationId, cancellationToken);
        var query = new QueryDefinition($"SELECT TOP {Page} * FROM c WHERE c.hasMedia = true AND c.seq > @after ORDER BY c.seq")
            .WithParameter("@after", gone.AfterSeq);
        var messages = await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(gone.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        foreach (var message in messages)
        {
            foreach (var file in message.Files)
            {
                await queue.SendAsync(MediaReference.DueOf(file.MediaId, message), null, cancellationToken);
            }
        }

        if (messages.Count == Page)
        {
            await queue.SendAsync(gone with { AfterSeq = messages[^1].Seq }, null, cancellationToken);
        }
    }

    private async Task<(Head? Head, Message? Message)> ReadAsync(ReferenceDue due, CancellationToken cancellationToken)
    {
        await reader.RefreshSessionAsync(due.ConversationId, cancellationToken);
        var head = await reader.ReadHeadAsync(due.ConversationId, null, cancellationToken);
        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(due.Message),
            due.ConversationId,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        return (head, message);
    }

    /// <summary>Updates the message's attachment if it is outdated, and schedules a check for when the message expires.</summary>
    private async Task KeepAsync(ReferenceDue due, Message message, Attachment said, Attachment stored, CancellationToken cancellationToken)
    {
        // Processing is the first state, so the message can't be behind it. A refusal says that the conversation is deleted: its own check
        // follows.
        if (said != stored && stored.State != MediaState.Processing)
        {
            var command = new AlignAttachmentCommand { Actor = message.SenderId, MessageId = due.Message, Attachment = stored };
            await log.ChangeAsync(due.ConversationId, command, cancellationToken);
        }

        if (message.ExpiresAt is { } end)
        {
            await queue.SendAsync(due with { ExpiresAt = end }, end + ReferenceDue.Margin, cancellationToken);
        }
    }

    /// <summary>When to check again for a message that isn't there yet, or is scheduled; null if none can come any more.</summary>
    private async Task<DateTimeOffset?> WaitsUntilAsync(
        ReferenceDue due,
        MediaItem item,
        MediaReference reference,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < reference.At + MediaReference.UncommittedFor)
        {
            // Exponential backoff: the delay is the reference's age.
            return now + (now - reference.At > RecheckDelay ? now - reference.At : RecheckDelay);
        }

        var (scheduled, _) = await containers.Conversations.ReadDocumentAsync(
            ScheduledMessage.DocumentId(item.OwnerId, due.Message),
            due.ConversationId,
            ChatJson.Default.ScheduledMessage,
            cancellationToken: cancellationToken);
        return scheduled is null ? null
            : (scheduled.DueAt > now + ScheduledCheck ? now + ScheduledCheck : scheduled.DueAt > now ? scheduled.DueAt : now)
                + MediaReference.UncommittedFor;
    }
}

/// <summary>Has a message say what is stored of one of its files. Quiet and idempotent.</summary>
internal sealed record AlignAttachmentCommand : LogCommand
{
    public required MessageId MessageId { get; init; }

    public required Attachment Attachment { get; init; }

    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId)];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (context.Find<Message>(Message.DocumentId(MessageId)) is not { } message
            || message.IsExpiredAt(context.Now)
            || message.Find(Attachment.MediaId) is not { } said
            || said == Attachment)
        {
            return Decision.Unchanged(head);
        }

        var updated = LogEvent.Of(
            context,
            LogEvent.MessageUpdated,
            message.SenderId,
            new MessageUpdated(message.MessageId),
            ChatJson.Default.MessageUpdated);
        return MessageCommand.Changed(context, head, updated, message.With(Attachment), []);
    }
}
