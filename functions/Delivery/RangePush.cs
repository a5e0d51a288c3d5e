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
/// Pushes a committed range to the members. It may push a range more than once. After five transient failures the range is dropped:
/// clients find the gap and fetch it. Who doesn't know the conversation yet finds it by sync.
/// </summary>
/// <remarks>
/// Inboxes are projected separately, so neither side's retries repeat the other's work. Entries from before the newest join of a member
/// who can't see history are left out (<see cref="EventViews"/>).
/// </remarks>
public sealed class RangePush(
    CommittedReader log,
    ConversationReader reader,
    MemberListCache members,
    PushGroups groups,
    EventViews eventViews,
    EventPush push,
    WatchGroups watchers,
    DeliveryLag lag,
    TimeProvider time,
    ILogger<RangePush> logger)
{
    private const int MaxTries = 5;

    private const int MaxParallel = 16;

    /// <summary>
    /// How old the head that a queue message carries may be. Later the head is read again: users who left since then get no push, and
    /// <see cref="Head.JoinedSeq"/> keeps earlier entries from those who joined. A user who joined within this second isn't in the push
    /// group yet (<see cref="PushGroups.AddedAfter"/>). Carried messages are as old as the head, so they are read again, too: they may have
    /// been taken back.
    /// </summary>
    private static readonly TimeSpan MaxCarriedAge = TimeSpan.FromSeconds(1);

    /// <summary>Pushes a range.</summary>
    /// <param name="range">The range.</param>
    /// <param name="attempts">How often it failed before, as <see cref="Rescheduling"/> counts.</param>
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
        var shown = await ReadAsync(range, mayCarry: true, cancellationToken);
        var changes = MembershipChange.Of(shown.Entries, shown.Members);

        // First, so that a new member learns of the join before what came after, whatever becomes of the push group.
        var joinsAndLeaves = PushMembershipChangesAsync(shown, changes, cancellationToken);
        await joinsAndLeaves.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await AlignAsync(shown.Head, changes, shown.Session, cancellationToken);
        if (changes.Count > 0 && IsTooOld(shown))
        {
            // All this took long, and would again in the next try.
            shown = await ReadAsync(range, mayCarry: false, cancellationToken);
        }

        var (head, session, entries, everyone) = (shown.Head, shown.Session, shown.Entries, shown.Members);
        IReadOnlyList<ChatEvent> toWatchers;
        if (head.DeletedAt is null)
        {
            var views = await eventViews.ForEveryoneAsync(head, entries, shown.Updated, session, cancellationToken);
            IReadOnlyList<ChatEvent> events =
            [
                .. views.Concat(StreakView.ToldWith(entries, head, time.GetUtcNow())).Select(one => one with { Session = session?.Value }),
            ];
            var isByGroup = everyone.Count > EventPush.MaxUsersOneByOne;
            if (isByGroup && IsTooOld(shown))
            {
                throw new TimeoutException("The head is too old for a push to the group: it may have members whom the head doesn't show.");
            }

            await push.PushAsync(head, everyone, events, cancellationToken);
            await (isByGroup ? PushToNewcomersAsync(head, events, session, cancellationToken) : Task.CompletedTask);
            toWatchers = EventViews.ForFollowers(events);
        }
        else
        {
            var deletions = entries.OfType<LogEvent>().Where(entry => entry.EventType == LogEvent.ConversationDeleted);
            toWatchers = [.. deletions.Select(entry => entry.ToEvent() with { Session = session?.Value })];
        }

        await joinsAndLeaves;
        if (head.IsWatched && await MayTellWatchersAsync(head, entries, cancellationToken))
        {
            // Last, so that a failure holds up no member.
            await push.SendToGroupAsync(watchers.Of(head.ConversationId), toWatchers, cancellationToken);
        }

        lag.Record(range, entries);
    }

    /// <summary>What is pushed, as a queue message carried it while that is fresh, or as it is stored now.</summary>
    private async Task<Shown> ReadAsync(EntriesCommitted range, bool mayCarry, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var fresh = mayCarry && range.Head is { } carried && now - carried.CommittedAt < MaxCarriedAge ? carried : null;
        var (head, session) = fresh is not null
            ? (fresh, range.Session)
            : await log.ReadHeadAsync(range.ConversationId, range.Last, range.Session, cancellationToken);

        // Whatever takes a message back is a later entry. A replica that doesn't show it yet wouldn't show the message otherwise, either.
        var entries = range.Entries is { } committed && (fresh is not null || head.LastSeq == range.Last)
            ? committed
            : await log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken);
        return new Shown(head, session, entries, await members.ReadIdsAsync(head, session, cancellationToken))
        {
            At = fresh?.CommittedAt ?? now,
            Updated = fresh is null ? null : range.Updated,
        };
    }

    private bool IsTooOld(Shown shown) => time.GetUtcNow() - shown.At > PushGroups.MaxHeadAge;

    /// <summary>
    /// Whether watchers may be told. Watchers of comments don't get the new content of a comment whose post is gone: a decision of the host
    /// app changes a held comment without the check of the post that authors' commands pass.
    /// </summary>
    private async Task<bool> MayTellWatchersAsync(Head head, IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) =>
        head.CommentsOf is not { } of
        || !entries.OfType<LogEvent>().Any(entry => entry.EventType == LogEvent.MessageUpdated)
        || await reader.IsThereAsync(of, cancellationToken);

    /// <summary>Pushes to members who aren't in the push group yet; to each only what came after they joined.</summary>
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
    /// Aligns the push group with the member documents, before anything is pushed to it: users who left are removed, and so are those who
    /// joined less than <see cref="PushGroups.AddedAfter"/> ago, whom an <see cref="AlignPushGroup"/> message adds later. A deleted
    /// conversation's group is emptied.
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
    private Task PushMembershipChangesAsync(Shown shown, IReadOnlyList<MembershipChange> changes, CancellationToken cancellationToken)
    {
        var current = shown.Members.ToHashSet();
        var told = changes.SelectMany(
            change => change.Joined.Where(current.Contains).Concat(change.Left).Select(user => (User: user, change.Entry)));
        return shown.Head.Kind == ConversationKind.Direct ? Task.CompletedTask : Each.TryAsync(
            told,
            MaxParallel,
            (one, cancel) => push.SendToUserAsync(one.User, [one.Entry.ToEvent() with { Session = shown.Session?.Value }], cancel),
            cancellationToken);
    }

    /// <summary>What is pushed.</summary>
    private sealed record Shown(Head Head, Session? Session, IReadOnlyList<LogEntry> Entries, IReadOnlyList<UserId> Members)
    {
        /// <summary>The instant that the head is of, or an earlier one.</summary>
        public required DateTimeOffset At { get; init; }

        /// <summary>Messages that the entries say were updated; null if they are to be read.</summary>
        public required IReadOnlyList<LogEntry>? Updated { get; init; }
    }
}
