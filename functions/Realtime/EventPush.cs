using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>Pushes events to a conversation's members. A failed push is counted and logged, never thrown: clients fetch what they miss.</summary>
public sealed class EventPush(ChatHub hub, TimeProvider time, ILogger<EventPush> logger)
{
    /// <summary>From three members on, one send to the conversation's SignalR group is cheaper than one per user.</summary>
    private const int MaxUsersOneByOne = 2;

    /// <summary>Of at most 49 KB each, so that a push stays below the service's 1 MB.</summary>
    private const int MaxEventsPerPush = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Sends events to every connection of every member, in two seconds or not at all.</summary>
    public async Task PushAsync(Head head, IReadOnlyList<UserId> members, IReadOnlyList<ChatEvent> all, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        foreach (var events in all.Chunk(MaxEventsPerPush))
        {
            try
            {
                await (members.Count <= MaxUsersOneByOne
                    ? Task.WhenAll(members.Select(member => hub.SendToUserAsync(member, events, either.Token)))
                    : hub.SendToMembersAsync(head.ConversationId, events, either.Token));
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                logger.PushFailed(exception, head.ConversationId, events[0].Seq ?? 0, events[^1].Seq ?? 0);
            }
        }
    }
}
