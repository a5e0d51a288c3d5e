using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// Reads a conversation's head by callers' session tokens, beside its commits. The SDK keeps the newest token that it sees in an
/// answer, so later reads of this process are at least as new.
/// </summary>
internal sealed class SessionHeadReader(ConversationId conversation, Container conversations, TimeProvider time, ILogger logger)
{
    /// <summary>Bounds one read: for a session that is ahead of every replica the SDK retries for seconds.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromMilliseconds(500);

    /// <returns>
    /// A head for each session; null for a session that the account doesn't know, or that no replica reached in time. Empty once the
    /// deadline has passed.
    /// </returns>
    public async Task<List<StoredDocument<Head>?>> ReadAsync(List<Session> sessions, Deadline deadline)
    {
        using var cancellation = deadline.CreateCancellation(time);
        for (var attempt = 0; deadline.Remaining(time) is var left && left > TimeSpan.Zero; attempt++)
        {
            try
            {
                return [.. await Task.WhenAll(sessions.Select(session => ReadAsync(session, cancellation.Token)))];
            }
            catch (Exception exception) when (CosmosFailures.IsTransient(exception))
            {
                logger.HeadUnreadable(exception, conversation);
                var delay = Backoff.Jitter(attempt, (exception as CosmosException)?.RetryAfter);
                await Task.Delay(delay < left ? delay : left, time);
            }
        }

        return [];
    }

    private async Task<StoredDocument<Head>?> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head, session, linked.Token);
        }
        catch (CosmosException exception) when (CosmosFailures.IsSessionUnknown(exception))
        {
            // A client may send any token. One that this account never issued proves nothing.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
