using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Advances all inboxes of a larger conversation to its head, once for each debounce window. All requests within a window send the same
/// message id, and the queue keeps one of them.
/// </summary>
public sealed class InboxFanOut(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    InboxProjection inbox,
    DeliveryQueue queue,
    DeliveryOptions options,
    TimeProvider time,
    ILogger<InboxFanOut> logger)
{
    /// <summary>How many inboxes one message advances: four rounds of parallel patches, well within the message lock of a minute.</summary>
    private const int MembersPerMessage = 64;

    private const int MaxParallel = 16;

    private readonly DebounceWindows<ConversationId> _windows = new(options.InboxWindow, time);

    /// <summary>Schedules the fan-out for the end of the current window.</summary>
    public Task ScheduleAsync(Head head, CancellationToken cancellationToken) => _windows.ScheduleAsync(
        head.ConversationId,
        end => queue.EnqueueAsync(
            new AdvanceInboxes { ConversationId = head.ConversationId, ListSeq = head.ListSeq, WindowEnd = end.ToUnixTimeMilliseconds() },
            end,
            cancellationToken));

    /// <summary>
    /// Advances the first members' inboxes and enqueues the rest. Members whose inbox fails are enqueued together in a separate message and
    /// hold up nobody.
    /// </summary>
    /// <exception cref="Exception">All that were left failed.</exception>
    public async Task AdvanceAsync(AdvanceInboxes advance, CancellationToken cancellationToken)
    {
        if (advance.Members is null)
        {
            // The queue kept one message of those that were sent within the window. The others may know of a newer head, which a
            // lagging replica wouldn't show.
            await reader.RefreshSessionAsync(advance.ConversationId, cancellationToken);
        }

        var (head, session) = await log.ReadHeadAsync(advance.ConversationId, advance.ListSeq, null, cancellationToken);
        if (head.DeletedAt is not null)
        {
            return;
        }

        // Members who have left meanwhile drop out: their inbox mustn't advance beyond their leaving.
        var everyone = await members.ReadAsync(head, session, cancellationToken);
        var snapshot = ConversationSnapshot.Of(head) with { Members = everyone };
        var users = everyone.Select(member => member.UserId);
        List<UserId> due = [.. advance.Members?.Intersect(users) ?? users];
        var failed = await Each.FailedAsync(
            due.Take(MembersPerMessage),
            MaxParallel,
            (member, cancel) => inbox.RaiseAsync(member, snapshot, cancel),
            cancellationToken);
        if (failed is [var (_, failure), ..])
        {
            logger.InboxesNotAdvanced(failure, advance.ConversationId, failed.Count, snapshot.LastSeq);
            if (failed.Count == due.Count)
            {
                // Without progress a new message would begin anew, without the backoff of this one.
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }

            await SendRestAsync([.. failed.Select(one => one.One)]);
        }

        if (due.Count > MembersPerMessage)
        {
            await SendRestAsync([.. due.Skip(MembersPerMessage)]);
        }

        Task SendRestAsync(IReadOnlyList<UserId> rest)
        {
            var next = advance with { Members = rest, ListSeq = Math.Max(advance.ListSeq, head.ListSeq), WindowEnd = 0 };
            return queue.EnqueueAsync(next, null, cancellationToken);
        }
    }
}
