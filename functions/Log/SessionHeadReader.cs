using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Log;

/// <summary>
/// Reads a conversation's head by what callers have seen, beside its commits. The SDK learns from the answer: what this process reads
/// afterwards is at least as new.
/// </summary>
internal sealed class SessionHeadReader(ConversationId conversation, Container conversations, TimeProvider time, ILogger logger)
{
    /// <summary>The SDK looks for a session that is ahead for seconds.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromMilliseconds(500);

    /// <returns>
    /// For each session the head; null for one that the account doesn't know, or isn't shown to know soon. Empty once nobody
    /// waits any longer.
    /// </returns>
    public async Task<List<StoredDocument<Head>?>> ReadAsync(List<Session> sessions, Deadline deadline)
    {
        using var ending = deadline.CreateCancellation(time);
        for (var attempt = 0; deadline.Remaining(time) is var left && left > TimeSpan.Zero; attempt++)
        {
            try
            {
                return [.. await Task.WhenAll(sessions.Select(session => ReadAsync(session, ending.Token)))];
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
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
