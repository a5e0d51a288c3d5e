using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Events;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Streaks;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// Pushes a committed range to the members. It may push a range more than once. After five transient failures the range is dropped, and
/// clients fetch it when they find the gap.
/// </summary>
/// <remarks>
/// It writes no inbox, so a write that fails repeats no push, and a push that fails repeats no write. Entries from before the newest join
/// without history are left out (<see cref="EventViews"/>).
/// </remarks>
public sealed class RangePush(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    PushGroups groups,
    EventViews views,
    EventPush push,
    WatchGroups watchers,
    DeliveryLag lag,
    TimeProvider time,
    ILogger<RangePush> logger)
{
    private const int MaxTries = 5;

    private const int MaxParallel = 16;

    /// <summary>
    /// How old the head that a message carries may be. An older one is read again: the newer head leaves out users who left, and its
    /// <see cref="Head.JoinedSeq"/> keeps earlier entries from new members. A user who joined within this second isn't in the push group
    /// yet (<see cref="PushGroups.AddedAfter"/>). What an updated message says is as old as the head, so later it is read, too: it may have
    /// been taken back.
    /// </summary>
    private static readonly TimeSpan MaxCarriedAge = TimeSpan.FromSeconds(1);

    /// <summary>Pushes a range.</summary>
    /// <param name="range">The range.</param>
    /// <param name="attempts">The number of tries before this one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="UnprocessableException">There is no such conversation.</exception>
    /// <exception cref="Exception">The push failed and is to be tried again.</exception>
    public async Task PushAsync(EntriesCommitted range, int attempts, CancellationToken cancellationToken)
    {
        try
        {
            await PushAsync(range, cancellationToken);
        }
        catch (Exception exception)
            when (attempts + 1 >= MaxTries && QueueFailures.Permanent(exception) is null && !cancellationToken.IsCancellationRequested)
        {
            Metrics.PushesDropped.Add(1, Metrics.TagOf(exception));
            logger.PushDropped(exception, range.ConversationId, range.First, range.Last, MaxTries);
        }
    }

    private async Task PushAsync(EntriesCommitted range, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var fresh = range.Head is { } carried && now - carried.CommittedAt < MaxCarriedAge ? carried : null;
        var (head, session) = fresh is not null
            ? (fresh, range.Session)
            : await log.ReadHeadAsync(range.ConversationId, range.Last, range.Session, cancellationToken);

        // A message that was taken back since then is stored without its text, and a later entry says so.
        var entries = range.Entries is { } committed && (fresh is not null || head.LastSeq == range.Last)
            ? committed
            : await log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken);
        var everyone = await members.ReadAsync(head, session, cancellationToken);
        var changes = MembershipChange.Of(entries, everyone);
        await AlignAsync(head, changes, session, cancellationToken);
        IReadOnlyList<ChatEvent> toWatchers;
        if (head.DeletedAt is null)
        {
            var shown = await views.ForEveryoneAsync(head, entries, fresh is null ? null : range.Updated, session, cancellationToken);
            IReadOnlyList<ChatEvent> events =
            [
                .. shown.Concat(StreakView.ToldWith(entries, head, time.GetUtcNow())).Select(one => one with { Session = session?.Value }),
            ];
            var isByGroup = everyone.Count > EventPush.MaxUsersOneByOne;
            if (isByGroup && time.GetUtcNow() - (fresh?.CommittedAt ?? now) > PushGroups.MaxHeadAge)
            {
                throw new TimeoutException("By now the push group may have members whom the head doesn't show.");
            }

            await push.PushAsync(head, everyone, events, cancellationToken);
            await (isByGroup ? PushToNewcomersAsync(head, events, session, cancellationToken) : Task.CompletedTask);
            toWatchers = EventViews.ForFollowers(events);
        }
        else
        {
            var last = entries.OfType<LogEvent>().Where(entry => entry.EventType == LogEvent.ConversationDeleted);
            toWatchers = [.. last.Select(entry => entry.ToEvent() with { Session = session?.Value })];
        }

        await TellAsync(head, changes, everyone, session, cancellationToken);
        if (head.IsWatched && await MayTellWatchersAsync(head, entries, cancellationToken))
        {
            // Last: a failure holds up no member.
            await push.SendToGroupAsync(watchers.Of(head.ConversationId), toWatchers, cancellationToken);
        }

        lag.Record(range, entries);
    }

    /// <summary>
    /// Whether watchers may be told. Those of comments aren't told what one says by now whose post is gone: the host app decides on what
    /// was held, and the channel isn't asked as it is for authors.
    /// </summary>
    private async Task<bool> MayTellWatchersAsync(Head head, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        head.CommentsOf is not { } of
        || !entries.OfType<LogEvent>().Any(entry => entry.EventType == LogEvent.MessageUpdated)
        || await reader.IsThereAsync(of, cancellationToken);

    /// <summary>Pushes what came after they joined to those who aren't in the push group yet.</summary>
    private async Task PushToNewcomersAsync(
        Head head,
        IReadOnlyList<ChatEvent> events,
        Session? session,
        CancellationToken cancellationToken) =>
        await Each.TryAsync(
            await members.NewcomersAsync(head, session, cancellationToken),
            MaxParallel,
            (member, cancel) => push.SendToUserAsync(member.UserId, events.Where(one => one.Seq > member.JoinedSeq), cancel),
            cancellationToken);

    /// <summary>
    /// Aligns the push group with the member documents, before anything is pushed to it: removes who left, adds who may be in it by now. A
    /// deleted group's is emptied.
    /// </summary>
    private async Task AlignAsync(
        Head head,
        IReadOnlyList<MembershipChange> changes,
        Session? session,
        CancellationToken cancellationToken)
    {
        List<UserId> users = head.Kind != ConversationKind.Direct ? [.. changes.SelectMany(change => change.Users).Distinct()] : [];
        if (users.Count > 0)
        {
            await (head.DeletedAt is null
                ? groups.AlignAsync(head.ConversationId, users, session, cancellationToken)
                : groups.EmptyAsync(head.ConversationId, users, cancellationToken));
        }
    }

    /// <summary>
    /// Pushes joins and leaves also to their users directly, as they may not be in the push group. A client that doesn't know the
    /// conversation yet can't find the gap.
    /// </summary>
    private Task TellAsync(
        Head head,
        IReadOnlyList<MembershipChange> changes,
        IReadOnlyList<UserId> everyone,
        Session? session,
        CancellationToken cancellationToken)
    {
        var isIn = everyone.ToHashSet();
        var told = changes.SelectMany(
            change => change.Joined.Where(isIn.Contains).Concat(change.Left).Select(user => (User: user, change.Entry)));
        return head.Kind == ConversationKind.Direct ? Task.CompletedTask : Each.TryAsync(
            told,
            MaxParallel,
            (one, cancel) => push.SendToUserAsync(one.User, [one.Entry.ToEvent() with { Session = session?.Value }], cancel),
            cancellationToken);
    }
}
