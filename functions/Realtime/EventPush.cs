using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>Pushes events to a conversation's members. A failed push is counted and logged, never thrown: clients fetch what they miss.</summary>
public sealed class EventPush(ChatHub hub, TimeProvider time, ILogger<EventPush> logger)
{
    /// <summary>From three members on, one send to the conversation's SignalR group is cheaper than one per user.</summary>
    private const int MaxUsersOneByOne = 2;

    /// <summary>SignalR can leave connections out of a send to a group, by ids that only clients know, but not a user.</summary>
    private const int MaxOthersOneByOne = 16;

    /// <summary>Of at most 96 KB each, so that a push stays below the service's 1 MB.</summary>
    private const int MaxEventsPerPush = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Sends events to every connection of every member, in two seconds or not at all.</summary>
    public async Task PushAsync(Head head, IReadOnlyList<UserId> members, IReadOnlyList<ChatEvent> all, CancellationToken cancellationToken)
    {
        using var span = Spans.StartPush(head.ConversationId, all.Count);
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var isOneByOne = members.Count <= MaxUsersOneByOne;
        foreach (var events in all.Chunk(MaxEventsPerPush))
        {
            try
            {
                await (isOneByOne
                    ? Task.WhenAll(members.Select(member => hub.SendToUserAsync(member, events, either.Token)))
                    : hub.SendToMembersAsync(head.ConversationId, events, either.Token));
                Metrics.EventsPushed.Add(isOneByOne ? events.Length * members.Count : events.Length);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                span.Fail(exception);
                Metrics.PushFailures.Add(1, Metrics.TagOf(exception));
                logger.PushFailed(exception, head.ConversationId, events[0].Seq ?? 0, events[^1].Seq ?? 0);
            }
        }
    }

    /// <summary>
    /// Tells the others of what isn't in the log, in two seconds or not at all. In a conversation of more than 16, and in one whose head doesn't
    /// list its members, the user's own connections get it too: clients leave out what they did themselves.
    /// </summary>
    public Task PushToOthersAsync(Head head, UserId user, ChatEvent one, CancellationToken cancellationToken)
    {
        return head is { MemberCount: <= MaxOthersOneByOne, Members: { } members }
            ? Task.WhenAll(members
                .Where(member => member.UserId != user)
                .Select(member => PushToUserAsync(member.UserId, one, cancellationToken)))
            : PushToMembersAsync(head, one, cancellationToken);
    }

    /// <summary>Tells every member of a group of what isn't in the log, in two seconds or not at all.</summary>
    public Task PushToMembersAsync(Head head, ChatEvent one, CancellationToken cancellationToken) =>
        TryPushAsync(one, cancel => hub.SendToMembersAsync(head.ConversationId, [one], cancel), cancellationToken);

    /// <summary>Tells a user's own connections of what only concerns them, in two seconds or not at all.</summary>
    public Task PushToUserAsync(UserId user, string type, ConversationId conversation, object data, CancellationToken cancellationToken) =>
        PushToUserAsync(user, new ChatEvent(type, conversation, null, time.GetUtcNow(), data), cancellationToken);

    /// <summary>Tells a user's own connections of what only concerns them, in two seconds or not at all.</summary>
    public Task PushToUserAsync(UserId user, ChatEvent one, CancellationToken cancellationToken) =>
        TryPushAsync(one, cancel => hub.SendToUserAsync(user, [one], cancel), cancellationToken);

    private async Task TryPushAsync(ChatEvent one, Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await send(either.Token);
            Metrics.EventsPushed.Add(1);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Metrics.PushFailures.Add(1, Metrics.TagOf(exception));
            logger.OwnPushFailed(exception, one.Type);
        }
    }
}
