using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Log;

/// <summary>Writes a plan as one transactional batch and finds out what became of it, also when the answer is ambiguous.</summary>
/// <remarks>
/// After a time-out or a broken connection the same batch goes again under the same If-Match: of all its tries at most one can apply. A 412
/// may be the echo of our own success (the SDK itself repeats writes after a reset), so it counts as a conflict only when neither the head
/// nor the first entry carries our commit id. The head is the batch's first operation, so that an applied batch always shows as that.
/// </remarks>
internal sealed class CommitWriter(Container conversations, TimeProvider time)
{
    public async Task<CommitResult> WriteAsync(CommitPlan plan, Deadline deadline)
    {
        using var timeout = deadline.CreateCancellation(time);
        for (var attempt = 0; ; attempt++)
        {
            TimeSpan? retryAfter = null;
            try
            {
                using var response = await Batch(plan).ExecuteAsync(timeout.Token);
                if (response.IsSuccessStatusCode)
                {
                    return new CommitResult(CommitStatus.Committed, response[0].ETag, Session.Of(response.Headers));
                }

                var repeat = plan.RepeatAt(FailedOperation(response));
                switch ((int)response.StatusCode)
                {
                    case 409 when repeat is not null:
                        return new CommitResult(CommitStatus.Repeat, Session: Session.Of(response.Headers)) { Repeated = repeat };
                    case 409 or 412 or 404:
                        return await FindOwnCommitAsync(
                            plan,
                            Session.Of(response.Headers),
                            timeout.Token) ?? new CommitResult(CommitStatus.Conflict);
                    case 429:
                        retryAfter = response.RetryAfter;
                        break;
                    case 408 or 410 or 449 or >= 500:
                        break;
                    default:
                        throw new CosmosException(
                            $"A commit was refused: {response.ErrorMessage}",
                            response.StatusCode,
                            0,
                            response.ActivityId,
                            response.RequestCharge);
                }
            }
            catch (Exception exception) when (CosmosFailures.IsTransient(exception))
            {
                retryAfter = (exception as CosmosException)?.RetryAfter;
            }

            var delay = Backoff.Jitter(attempt, retryAfter);
            if (delay >= deadline.Remaining(time))
            {
                return new CommitResult(CommitStatus.Unknown);
            }

            await Task.Delay(delay, time);
        }
    }

    private static int FailedOperation(TransactionalBatchResponse response)
    {
        for (var index = 0; index < response.Count; index++)
        {
            if (response[index].StatusCode != HttpStatusCode.FailedDependency && !response[index].IsSuccessStatusCode)
            {
                return index;
            }
        }

        return 0;
    }

    private static TransactionalBatchItemRequestOptions NoContent { get; } = new() { EnableContentResponseOnWrite = false };

    private TransactionalBatch Batch(CommitPlan plan)
    {
        var batch = conversations.CreateTransactionalBatch(new PartitionKey(plan.Conversation.Value));
        var head = new MemoryStream(plan.HeadDocument, writable: false);
        batch = plan.HeadETag is { } etag
            ? batch.ReplaceItemStream(
                Head.DocumentId,
                head,
                new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false })
            : batch.CreateItemStream(head, NoContent);
        return plan.Writes.Aggregate(batch, Add);
    }

    private static TransactionalBatch Add(TransactionalBatch batch, PlannedWrite write)
    {
        var options = write.IfMatch is { } etag
            ? new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false }
            : NoContent;
        return write switch
        {
            { Json: null } => batch.DeleteItem(write.Id, options),
            { Exists: true } => batch.ReplaceItemStream(write.Id, new MemoryStream(write.Json, writable: false), options),
            _ => batch.CreateItemStream(new MemoryStream(write.Json, writable: false), options),
        };
    }

    /// <summary>The outcome of a commit that was applied although it didn't look so; null when it wasn't.</summary>
    /// <param name="session">Of the refusal, which came after whatever it is about.</param>
    private async Task<CommitResult?> FindOwnCommitAsync(CommitPlan plan, Session? session, CancellationToken cancellationToken)
    {
        var (head, etag) = await conversations.ReadDocumentAsync(
            Head.DocumentId,
            plan.Conversation,
            ChatJson.Default.Head,
            session,
            cancellationToken);
        if (head?.CommitId == plan.CommitId)
        {
            return new CommitResult(CommitStatus.Committed, etag, session);
        }

        // The whole batch or nothing of it, so that the first entry stands for all.
        var (first, _) = await conversations.ReadDocumentAsync(plan.Entries[0].Id, plan.Conversation, ChatJson.Default.LogEntry, session, cancellationToken);
        return first?.Commit?.Id == plan.CommitId ? new CommitResult(CommitStatus.Committed, null, session) : null;
    }
}

/// <summary>What became of a commit.</summary>
/// <param name="HeadETag">The new head's ETag; null when somebody has committed on top already.</param>
internal sealed record CommitResult(CommitStatus Status, string? HeadETag = null, Session? Session = null)
{
    /// <summary>For <see cref="CommitStatus.Repeat"/>: whose document is there already.</summary>
    public PendingAppend? Repeated { get; init; }
}

internal enum CommitStatus
{
    Committed,

    /// <summary>Somebody else committed first.</summary>
    Conflict,

    /// <summary>One command's document is there already; nothing was written.</summary>
    Repeat,

    /// <summary>Time ran out without a clear answer.</summary>
    Unknown,
}
