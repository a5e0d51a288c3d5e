using Chat.Functions.Conversations;
using Chat.Functions.Events;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>Pushes a committed range to the members, at least once. After five failed tries clients fetch it instead.</summary>
/// <remarks>It writes no inbox, so a write that fails repeats no push, and a push that fails repeats no write.</remarks>
public sealed class RangePush(
    CommittedReader log,
    MemberListCache members,
    PushGroups groups,
    EventViews views,
    EventPush push,
    DeliveryLag lag,
    TimeProvider time,
    ILogger<RangePush> logger)
{
    private const int MaxTries = 5;

    private const int MaxParallel = 16;

    /// <summary>
    /// How old the head in a message may be. A range may have waited while users joined and left, so an older head is read again: users who
    /// left must get nothing, and new members nothing from before they joined. Within it, a message that a join overtakes in the queue may
    /// still be pushed to who joined: reading the head before each push would cost a read a message.
    /// </summary>
    private static readonly TimeSpan MaxHeadAge = TimeSpan.FromSeconds(1);

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
        var (head, session) = range.Head is { } carried && time.GetUtcNow() - carried.CommittedAt < MaxHeadAge
            ? (carried, range.Session)
            : await log.ReadHeadAsync(range.ConversationId, range.Last, range.Session, cancellationToken);
        var entries = range.Entries
            ?? await log.ReadEntriesAsync(range.ConversationId, range.First, range.Last, session, cancellationToken);
        var everyone = await members.ReadAsync(head, session, cancellationToken);
        var changes = MembershipChange.Of(entries, everyone);
        await AlignAsync(head, changes, session, cancellationToken);
        if (head.DeletedAt is null)
        {
            var events = await views.ForEveryoneAsync(head, entries, session, cancellationToken);
            await push.PushAsync(head, everyone, [.. events.Select(one => one with { Session = session?.Value })], cancellationToken);
        }

        await TellAsync(head, changes, everyone, session, cancellationToken);
        lag.Record(range, entries);
    }

    /// <summary>Adds users who joined to the push group and removes users who left, before anything is pushed to it.</summary>
    private async Task AlignAsync(
        Head head,
        IReadOnlyList<MembershipChange> changes,
        Session? session,
        CancellationToken cancellationToken)
    {
        List<UserId> users = head.Kind == ConversationKind.Group ? [.. changes.SelectMany(change => change.Users).Distinct()] : [];
        if (users.Count > 0)
        {
            await (head.DeletedAt is null
                ? groups.AlignAsync(head.ConversationId, users, session, cancellationToken)
                : groups.EmptyAsync(head.ConversationId, users, cancellationToken));
        }
    }

    /// <summary>
    /// Pushes joins and leaves also to their users directly. SignalR may deliver a push to the group before a user is added to it, or after
    /// they are removed. A client that doesn't know the conversation yet would notice no gap.
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
            (one, cancel) => push.SendToUserAsync(one.User, one.Entry.ToEvent() with { Session = session?.Value }, cancel),
            cancellationToken);
    }
}
