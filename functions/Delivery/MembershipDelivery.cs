using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>What joins and leaves of a range ask for besides its entries: places in the push group, and lists that gain or lose the conversation.</summary>
public sealed class MembershipDelivery(PushGroups groups, EventPush push, InboxProjection inbox, ConversationReader reader, ChatContainers containers)
{
    private const int MaxParallel = 16;

    /// <summary>Lets in who joined, and out who left: they get the entry that says so, and no further push.</summary>
    /// <returns>How the range moves the inboxes of those who are in.</returns>
    /// <exception cref="RealtimeException">Somebody who left may still get pushes.</exception>
    public async Task<InboxChangeOfRange> DeliverAsync(
        Head head,
        IReadOnlyList<LogEntry> entries,
        IReadOnlyList<UserId> everyone,
        Session? session,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(entries);
        var (first, joined) = (FirstMembers(entries), Joined(entries));
        var about = joined.Count > 0 || entries.Any(entry => entry.Seq == head.AboutSeq) ? await reader.ReadAboutAsync(head, session, cancellationToken) : null;
        var change = InboxChangeOfRange.Of(head, entries, about);
        if (first.Count + joined.Count > 0)
        {
            var until = await groups.TryAlignAsync(head, [.. first, .. joined], session, cancellationToken);
            change = change with { Change = change.Change with { PushUntil = until } };
        }

        if (joined.Count > 0)
        {
            await WelcomeAsync(head, joined, change.Change, session, cancellationToken);
        }

        foreach (var entry in entries.OfType<LogEvent>())
        {
            switch (entry.What)
            {
                case LogEvent.MemberLeft or LogEvent.MemberRemoved:
                    IReadOnlyList<UserId> gone = [entry.Data.Deserialize(ChatJson.Default.MemberGone)!.UserId];
                    await groups.AlignAsync(head.ConversationId, gone, session, cancellationToken);
                    await SeeOffAsync(gone, entry, change.Change, cancellationToken);
                    break;
                case LogEvent.ConversationDeleted:
                    await groups.EmptyAsync(head.ConversationId, everyone, cancellationToken);
                    await SeeOffAsync(everyone, entry, change.Change, cancellationToken);
                    break;
            }
        }

        return change;
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

    private static Task ForEachAsync<T>(IEnumerable<T> all, Func<T, Task> act, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken },
            async (one, _) => await act(one));

    /// <summary>A list's entry begins, or goes on, where the member joined.</summary>
    private async Task WelcomeAsync(Head head, List<UserId> joined, InboxChange change, Session? session, CancellationToken cancellationToken)
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

    private Task SeeOffAsync(IReadOnlyList<UserId> gone, LogEvent entry, InboxChange change, CancellationToken cancellationToken) => ForEachAsync(
        gone,
        user => Task.WhenAll(
            push.PushToUserAsync(user, entry.ToEvent(), cancellationToken),
            inbox.LeaveAsync(user, change with { LastSeq = entry.Seq }, cancellationToken)),
        cancellationToken);
}
