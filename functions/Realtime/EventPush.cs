using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>
/// Pushes events. What isn't in the log is pushed in two seconds or not at all: a failure is counted and logged, never thrown.
/// </summary>
public sealed class EventPush(ChatHub hub, TimeProvider time, ILogger<EventPush> logger)
{
    /// <summary>From three members on, one send to the conversation's SignalR group is cheaper than one per user.</summary>
    public const int MaxUsersOneByOne = 2;

    /// <summary>
    /// SignalR can exclude single connections from a send to a group, but not a user. So up to here the others get one send each.
    /// </summary>
    private const int MaxOthersOneByOne = 16;

    /// <summary>Events have at most 96 KB each, so a push stays below the service's 1 MB.</summary>
    private const int MaxEventsPerPush = 10;

    /// <summary>How long a push may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Sends events of the log to every connection of every member.</summary>
    /// <exception cref="RealtimeException">SignalR may not have taken all of them.</exception>
    /// <exception cref="TimeoutException">It took more than two seconds.</exception>
    public async Task PushAsync(Head head, IReadOnlyList<UserId> members, IReadOnlyList<ChatEvent> all, CancellationToken cancellationToken)
    {
        using var span = Spans.StartPush(head.ConversationId, all.Count);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var isOneByOne = members.Count <= MaxUsersOneByOne;
        foreach (var events in all.Chunk(MaxEventsPerPush))
        {
            try
            {
                await SendAsync(
                    cancel => isOneByOne
                        ? Task.WhenAll(members.Select(member => hub.SendToUserAsync(member, events, cancel)))
                        : hub.SendToMembersAsync(head.ConversationId, events, cancel),
                    either.Token,
                    cancellationToken);
                Metrics.EventsPushed.Add(isOneByOne ? events.Length * members.Count : events.Length);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                span.Fail(exception);
                throw;
            }
        }
    }

    /// <summary>Sends events of the log to every connection in a group.</summary>
    /// <exception cref="RealtimeException">SignalR may not have taken all of them.</exception>
    /// <exception cref="TimeoutException">It took more than two seconds.</exception>
    public async Task SendToGroupAsync(string group, IEnumerable<ChatEvent> all, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        foreach (var events in all.Chunk(MaxEventsPerPush))
        {
            await SendAsync(cancel => hub.SendToGroupAsync(group, events, cancel), either.Token, cancellationToken);
            Metrics.EventsPushed.Add(events.Length);
        }
    }

    /// <summary>
    /// Whether <see cref="PushToOthersAsync"/> can leave members out: not in conversations of more than 16, and where the head doesn't list
    /// them.
    /// </summary>
    public static bool IsOneByOne(Head head) => head is { MemberCount: <= MaxOthersOneByOne, Members: not null };

    /// <summary>
    /// Pushes an ephemeral event to all members but some, within two seconds or not at all. If they can't be left out
    /// (<see cref="IsOneByOne"/>), they get it too; clients ignore their own events, and those of whom they block.
    /// </summary>
    public Task PushToOthersAsync(Head head, IReadOnlyCollection<UserId> except, ChatEvent one, CancellationToken cancellationToken) =>
        PushTogetherAsync(head, except, [one], cancellationToken);

    /// <summary>Pushes ephemeral events of one type together, which are small, to all members but some.</summary>
    public Task PushTogetherAsync(Head head, IReadOnlyCollection<UserId> except, ChatEvent[] events, CancellationToken cancellationToken)
    {
        return IsOneByOne(head)
            ? Task.WhenAll(head.Members!
                .Where(member => !except.Contains(member.UserId))
                .Select(member => TryPushAsync(events, cancel => hub.SendToUserAsync(member.UserId, events, cancel), cancellationToken)))
            : TryPushAsync(events, cancel => hub.SendToMembersAsync(head.ConversationId, events, cancel), cancellationToken);
    }

    /// <summary>Pushes an ephemeral event to every member, within two seconds or not at all.</summary>
    public Task PushToMembersAsync(Head head, ChatEvent one, CancellationToken cancellationToken) =>
        TryPushAsync([one], cancel => hub.SendToMembersAsync(head.ConversationId, [one], cancel), cancellationToken);

    /// <summary>Pushes ephemeral events of one type together to every connection in a group, within two seconds or not at all.</summary>
    public Task PushToGroupAsync(string group, ChatEvent[] events, CancellationToken cancellationToken) =>
        TryPushAsync(events, cancel => hub.SendToGroupAsync(group, events, cancel), cancellationToken);

    /// <summary>
    /// Pushes an event to a user's own connections, within two seconds or not at all; with the session by which they then see what it
    /// tells, null where that isn't in the conversation.
    /// </summary>
    public Task PushToUserAsync(
        UserId user,
        string type,
        ConversationId conversation,
        object data,
        Session? session,
        CancellationToken cancellationToken) =>
        PushToUserAsync(
            user,
            new ChatEvent(type, conversation, null, time.GetUtcNow(), data) { Session = session?.Value },
            cancellationToken);

    /// <summary>Pushes an event to a user's own connections, within two seconds or not at all.</summary>
    public Task PushToUserAsync(UserId user, ChatEvent one, CancellationToken cancellationToken) =>
        TryPushAsync([one], cancel => hub.SendToUserAsync(user, [one], cancel), cancellationToken);

    /// <summary>Sends events of the log to a user's connections.</summary>
    /// <exception cref="RealtimeException">SignalR may not have taken all of them.</exception>
    /// <exception cref="TimeoutException">It took more than two seconds.</exception>
    public async Task SendToUserAsync(UserId user, IEnumerable<ChatEvent> all, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        foreach (var events in all.Chunk(MaxEventsPerPush))
        {
            await SendAsync(cancel => hub.SendToUserAsync(user, events, cancel), either.Token, cancellationToken);
            Metrics.EventsPushed.Add(events.Length);
        }
    }

    private static async Task SendAsync(Func<CancellationToken, Task> send, CancellationToken timeout, CancellationToken cancellationToken)
    {
        try
        {
            await send(timeout);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Metrics.PushFailures.Add(1, Metrics.TagOf(exception));
            throw exception is OperationCanceledException ? new TimeoutException("SignalR Service took too long.", exception) : exception;
        }
    }

    private async Task TryPushAsync(ChatEvent[] events, Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await send(either.Token);
            Metrics.EventsPushed.Add(events.Length);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Metrics.PushFailures.Add(1, Metrics.TagOf(exception));
            logger.OwnPushFailed(exception, events[0].Type);
        }
    }
}
