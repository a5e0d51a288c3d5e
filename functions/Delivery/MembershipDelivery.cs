using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>What joins and leaves of a range ask for besides its entries: places in the push group, and lists that gain or lose the conversation.</summary>
/// <remarks>In three steps, so that a list that can't be written repeats no push: places in the group, pushes, lists.</remarks>
public sealed class MembershipDelivery(
    PushGroups groups,
    EventPush push,
    InboxProjection inbox,
    ConversationReader reader,
    RemainingMembers further,
    ChatContainers containers)
{
    private const int MaxParallel = 16;

    /// <summary>How the range moves the inboxes of those who are in.</summary>
    public async Task<InboxChangeOfRange> ChangeAsync(Head head, IReadOnlyList<LogEntry> entries, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(entries);
        var showsAbout = Joined(entries).Count > 0 || entries.Any(entry => entry.Seq == head.AboutSeq);
        return InboxChangeOfRange.Of(head, entries, showsAbout ? await reader.ReadProfileAsync(head, session, cancellationToken) : null);
    }

    /// <summary>Lets in who joined, and out who left.</summary>
    /// <returns>Until when those who joined have their places; null when nobody did, or that isn't certain.</returns>
    /// <exception cref="RealtimeException">Somebody who left may still get pushes.</exception>
    public async Task<DateTimeOffset?> AlignAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        Session? session,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        IReadOnlyList<UserId> joined = [.. FirstMembers(entries), .. Joined(entries)];
        var until = joined.Count > 0 ? await groups.TryAlignAsync(head, joined, session, cancellationToken) : null;
        await LetOutAsync(head, entries, everyone, session, cancellationToken);
        return until;
    }

    /// <summary>
    /// Lets out who left: before the pushes, and once more after the lists, as a renewal that found the conversation in a list may have made a
    /// place meanwhile.
    /// </summary>
    /// <exception cref="RealtimeException">Somebody who left may still get pushes.</exception>
    public Task LetOutAsync(Head head, IReadOnlyList<LogEntry> entries, IReadOnlyList<UserId> everyone, Session? session, CancellationToken cancellationToken) => ForEachAsync(
        Gone(entries, everyone),
        one => one.Entry.What == LogEvent.ConversationDeleted
            ? groups.EmptyAsync(head.ConversationId, one.Users, cancellationToken)
            : groups.AlignAsync(head.ConversationId, one.Users, session, cancellationToken),
        cancellationToken);

    /// <summary>Pushes to those who left the entry that says so: no further push reaches them.</summary>
    public Task PushAsync(IReadOnlyList<LogEntry> entries, IReadOnlyList<UserId> everyone, Session? session, CancellationToken cancellationToken) => ForEachAsync(
        Gone(entries, everyone).SelectMany(one => one.Users.Select(user => (one.Entry, User: user))),
        one => push.PushToUserAsync(one.User, one.Entry.ToEvent() with { Session = session?.Value }, cancellationToken),
        cancellationToken);

    /// <summary>A list's entry begins, or goes on, where the member joined; of those who left a trace stays.</summary>
    public async Task WriteAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        InboxChange change,
        Session? session,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(change);
        if (Joined(entries) is { Count: > 0 } joined)
        {
            var members = await containers.Conversations.ReadDocumentsAsync(
                joined.Select(Member.DocumentId),
                head.ConversationId,
                ChatJson.Default.DocumentsPageMember,
                session,
                cancellationToken);
            await ForEachAsync(
                members.Where(member => member.State == MemberState.Active),
                member => inbox.WelcomeAsync(member, change, cancellationToken),
                cancellationToken);
        }

        foreach (var (entry, gone) in Gone(entries, everyone))
        {
            await ForEachAsync(gone, user => inbox.LeaveAsync(user, change with { LastSeq = entry.Seq }, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Lets in those for whom a new group's first commit had no room, where its request didn't.</summary>
    /// <exception cref="TimeoutException">They can't be let in just now.</exception>
    public async Task CompleteAsync(IReadOnlyList<LogEntry> entries, Session? session, CancellationToken cancellationToken)
    {
        if (entries is not [LogEvent { Further: { } users } created, ..])
        {
            return;
        }

        var (refusal, _) = await further.JoinAsync(created.ConversationId, created.ActorId, users, session, cancellationToken);
        if (refusal == Problems.Unavailable)
        {
            throw new TimeoutException("The group's further members can't be let in just now.");
        }
    }

    private static List<UserId> FirstMembers(IReadOnlyList<LogEntry> entries) =>
        entries is [LogEvent { What: LogEvent.ConversationCreated, Data: var data }, ..]
            ? [.. data.Deserialize(ChatJson.Default.ConversationCreated)!.Members.Select(member => member.UserId)]
            : [];

    private static List<UserId> Joined(IReadOnlyList<LogEntry> entries) =>
        [.. entries.OfType<LogEvent>()
            .Where(entry => entry.What == LogEvent.MemberJoined)
            .SelectMany(entry => entry.Data.Deserialize(ChatJson.Default.MembersJoined)!.Members)
            .Select(member => member.UserId)
            .Distinct()];

    /// <summary>Who left, and by which entry.</summary>
    private static IEnumerable<(LogEvent Entry, IReadOnlyList<UserId> Users)> Gone(IReadOnlyList<LogEntry> entries, IReadOnlyList<UserId> everyone)
    {
        foreach (var entry in entries.OfType<LogEvent>())
        {
            if (entry.What is LogEvent.MemberLeft or LogEvent.MemberRemoved)
            {
                yield return (entry, [entry.Data.Deserialize(ChatJson.Default.MemberGone)!.UserId]);
            }
            else if (entry.What == LogEvent.ConversationDeleted)
            {
                yield return (entry, everyone);
            }
        }
    }

    private static Task ForEachAsync<T>(IEnumerable<T> all, Func<T, Task> act, CancellationToken cancellationToken) =>
        Each.TryAsync(all, MaxParallel, (one, _) => act(one), cancellationToken);
}
