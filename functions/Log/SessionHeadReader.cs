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

    /// <returns>What was found by each session. Empty once the deadline has passed.</returns>
    public async Task<List<SessionHead>> ReadAsync(List<Session> sessions, Deadline deadline)
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

    private async Task<SessionHead> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ReadTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return new(
                session,
                await conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head, session, linked.Token));
        }
        catch (CosmosException exception) when (CosmosFailures.IsSessionUnknown(exception))
        {
            // A client may send any token. One that this account never issued proves nothing. The SDK asks the write region before it
            // says so.
            return new(session, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(session, null) { IsLate = true };
        }
    }
}

/// <summary>A head that was read by a session token.</summary>
/// <param name="Found">The head; null when the account doesn't know the session, or when the read is late.</param>
internal sealed record SessionHead(Session Session, StoredDocument<Head>? Found)
{
    /// <summary>Whether no replica reached the session in time. Its caller may have seen more than any head that is at hand.</summary>
    public bool IsLate { get; init; }
}
