using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Log;

/// <summary>Answers repeats of a conversation's commands with what the first one stored.</summary>
internal sealed class RepeatReader(ConversationId conversation, Container conversations, TimeProvider time)
{
    /// <param name="pending">The repeat.</param>
    /// <param name="cache">Forgets the repeat's id if the first one's document is gone.</param>
    /// <param name="session">
    /// The session token by which a read finds the first one's document; null when this process wrote it or saw it.
    /// </param>
    public async Task AnswerAsync(PendingAppend pending, LaneCache cache, Session? session)
    {
        // Now: the cache is the lane's.
        var kind = cache.Head?.Kind;
        try
        {
            using var timeout = pending.Deadline.CreateCancellation(time);
            var first = await conversations.ReadDocumentAsync(
                pending.Command.RepeatId!,
                conversation,
                ChatJson.Default.LogEntry,
                session,
                timeout.Token);
            pending.Complete(first.Document switch
            {
                null => Gone(),
                { } entry when entry.IsExpiredAt(time.GetUtcNow()) => Gone(),
                { } entry when pending.Command.IsRepeatOf(entry) => new AppendResult(null, [entry], [], null, first.Session)
                {
                    Kind = kind,
                },
                _ => AppendResult.Refused(pending.Command.KeyReused),
            });
        }
        catch (Exception exception) when (CosmosFailures.IsTransient(exception))
        {
            pending.TimeOut();
        }
        catch (Exception exception)
        {
            // Nobody awaits this task.
            pending.Fail(exception);
        }

        // The first one's document has expired, or no replica shows it yet. The client's next try creates it anew or finds it.
        AppendResult Gone()
        {
            cache.ForgetId(pending.Command.RepeatId!);
            return AppendResult.Refused(Problems.Unavailable);
        }
    }
}
