using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Moves all inboxes of a larger conversation to its head, once for what is said in a window: whoever asks for it within one asks by the
/// same message.
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
    /// <summary>A few round trips' worth, well within the lock of a minute.</summary>
    private const int MembersPerMessage = 64;

    private const int MaxParallel = 16;

    /// <summary>Conversations whose window this process remembers; forgetting one costs a message that is dropped as a duplicate.</summary>
    private const int MaxWindows = 1_000;

    private readonly Dictionary<ConversationId, DateTimeOffset> _windows = [];

    /// <summary>Has everybody move to a head at the end of a window.</summary>
    public async Task ScheduleAsync(Head head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        var end = WindowEnd();
        if (IsScheduled(head.ConversationId, end))
        {
            return;
        }

        await queue.EnqueueAsync(
            new AdvanceInboxes { ConversationId = head.ConversationId, ListSeq = head.ListSeq, WindowEnd = end.ToUnixTimeMilliseconds() },
            end,
            cancellationToken);
        Remember(head.ConversationId, end);
    }

    /// <summary>Moves some members to where the conversation is, and sends on the rest. Those whose inbox can't be moved hold up nobody.</summary>
    /// <exception cref="Exception">Nobody's inbox could be moved.</exception>
    public async Task AdvanceAsync(AdvanceInboxes advance, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(advance);
        if (advance.Members is null)
        {
            // The queue took this message for all that asked within the window: what they saw is to be read now.
            await reader.RefreshSessionAsync(advance.ConversationId, cancellationToken);
        }

        var (head, session) = await log.ReadHeadAsync(advance.ConversationId, advance.ListSeq, null, cancellationToken);
        if (head.DeletedAt is not null)
        {
            return;
        }

        // Whoever left meanwhile isn't to be moved to what came after.
        var (change, everyone) = (InboxChange.Of(head), await members.ReadAsync(head, session, cancellationToken));
        List<UserId> due = [.. advance.Members?.Intersect(everyone) ?? everyone];
        var failed = await Each.FailedAsync(
            due.Take(MembersPerMessage),
            MaxParallel,
            (member, cancel) => inbox.RaiseAsync(member, change, cancel),
            cancellationToken);
        if (failed is [var (_, failure), ..])
        {
            logger.InboxesNotAdvanced(failure, advance.ConversationId, failed.Count, change.LastSeq);
            if (failed.Count == due.Count)
            {
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

    /// <summary>
    /// The end of a window of a grid that all instances share. Half a window away at least, so that its message wasn't handled yet, although
    /// clocks differ by a second: another for the same window would be dropped.
    /// </summary>
    private DateTimeOffset WindowEnd()
    {
        var (window, earliest) = (options.InboxWindow.Ticks, (time.GetUtcNow() + (options.InboxWindow / 2)).UtcTicks);
        return new DateTimeOffset(((earliest / window) + 1) * window, TimeSpan.Zero);
    }

    private bool IsScheduled(ConversationId conversation, DateTimeOffset end)
    {
        lock (_windows)
        {
            return _windows.TryGetValue(conversation, out var scheduled) && scheduled == end;
        }
    }

    private void Remember(ConversationId conversation, DateTimeOffset end)
    {
        lock (_windows)
        {
            if (_windows.Count >= MaxWindows)
            {
                _windows.Clear();
            }

            _windows[conversation] = end;
        }
    }
}
