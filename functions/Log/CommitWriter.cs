using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Log;

/// <summary>Writes a plan as one transactional batch. After an ambiguous answer it finds out whether the batch was applied.</summary>
/// <remarks>
/// After a time-out or a broken connection the same batch is sent again under the same If-Match, so at most one try can apply. A 412, a
/// 404 of a document, or a 409 of a new one may be caused by our own earlier try or by a retry of the SDK. It is a conflict only if
/// neither the head nor the first entry carries our commit id. The head is the first operation: a batch that was applied before fails
/// there, whatever else would fail.
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
                        return new CommitResult(CommitStatus.FoundRepeat, Session: Session.Of(response.Headers)) { Repeated = repeat };
                    case 409 or 412 or 404:
                        return await FindOwnCommitAsync(
                            plan,
                            Session.Of(response.Headers),
                            timeout.Token) ?? new CommitResult(CommitStatus.Conflict);
                    case 429:
                        retryAfter = response.RetryAfter;
                        break;
                    // Perhaps applied, perhaps not: the next try finds out.
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
        // The operation that failed has its own status, all others 424:
        // https://learn.microsoft.com/azure/cosmos-db/nosql/transactional-batch
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

    /// <summary>
    /// The result of a commit that was applied although the answer is a failure. Null when it wasn't applied, or, for a commit without
    /// entries, when that can't be told.
    /// </summary>
    /// <param name="plan">The commit.</param>
    /// <param name="session">The failure's session token: a read by it sees whatever caused the failure.</param>
    /// <param name="cancellationToken">Ends the call.</param>
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

        // A commit without entries can't be recognised once the head has moved on. Its commands are decided again, and find nothing to do
        // if it was applied (Decision.WithoutEntry).
        if (plan.Entries.Count == 0)
        {
            return null;
        }

        // Somebody may have committed on top of ours. A batch is applied whole or not at all, so the first entry stands for all.
        var (first, _) = await conversations.ReadDocumentAsync(
            plan.Entries[0].Id,
            plan.Conversation,
            ChatJson.Default.LogEntry,
            session,
            cancellationToken);
        return first?.Commit?.Id == plan.CommitId ? new CommitResult(CommitStatus.Committed, null, session) : null;
    }
}

/// <summary>The outcome of a commit.</summary>
/// <param name="HeadETag">Of one that was committed: the new head's ETag; null when another process has committed on top already.</param>
internal sealed record CommitResult(CommitStatus Status, string? HeadETag = null, Session? Session = null)
{
    /// <summary>For <see cref="CommitStatus.FoundRepeat"/>: the command whose document exists.</summary>
    public PendingAppend? Repeated { get; init; }
}

internal enum CommitStatus
{
    Committed,

    /// <summary>The head or a document has changed: the commands are to be decided anew.</summary>
    Conflict,

    /// <summary>One command's document exists already, so nothing was written.</summary>
    FoundRepeat,

    /// <summary>Time ran out without a clear answer.</summary>
    Unknown,
}
