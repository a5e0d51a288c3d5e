using System.Collections.Concurrent;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Typing;

/// <summary>Tells members who is typing: not more often than clients need, not in conversations too large for it, and not a stranger.</summary>
public sealed class TypingPush(EventPush push, Limits limits, TimeProvider time)
{
    private const int MaxKept = 20_000;

    /// <summary>Less than the 3 s after which clients repeat it, for those that are early.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(ConversationId, UserId), (bool IsTyping, DateTimeOffset At)> _told = new();

    /// <summary>Pushes it, unless the same was pushed within the last two seconds.</summary>
    public async Task PushAsync(Head head, UserId user, bool isTyping, CancellationToken cancellationToken)
    {
        var (now, key) = (time.GetUtcNow(), (head.ConversationId, user));
        if (head.MemberCount > limits.TypingMembers
            || !head.Shows(user)
            || (_told.TryGetValue(key, out var told) && told.IsTyping == isTyping && now - told.At < Interval))
        {
            return;
        }

        if (_told.Count >= MaxKept)
        {
            _told.Clear();
        }

        _told[key] = (isTyping, now);
        try
        {
            var one = new ChatEvent(isTyping ? "typing.started" : "typing.stopped", head.ConversationId, null, now, new UserTyping(user));
            await push.PushToOthersAsync(head, user, one, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Whoever gave up waiting told nobody: the same is worth telling at once.
            _told.TryRemove(new(key, (isTyping, now)));
            throw;
        }
    }
}

/// <summary>What <c>typing.started</c> and <c>typing.stopped</c> tell.</summary>
public sealed record UserTyping(UserId UserId);
