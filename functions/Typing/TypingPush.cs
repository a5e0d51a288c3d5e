using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Typing;

/// <summary>
/// Pushes who is typing, debounced, except in large conversations and for strangers who haven't written yet. Where each member gets a push
/// of their own, users between whom there is a block don't see each other type.
/// </summary>
public sealed class TypingPush(EventPush push, BlockReader blocks, Limits limits, TimeProvider time)
{
    private const int MaxKept = 20_000;

    /// <summary>Less than the 3 s after which clients repeat it, since some are early.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly BoundedCache<(ConversationId, UserId), (bool IsTyping, DateTimeOffset At)> _told = new(MaxKept);

    /// <summary>Pushes the state, unless the same one was pushed within the last two seconds.</summary>
    public async Task PushAsync(Head head, UserId user, bool isTyping, CancellationToken cancellationToken)
    {
        var (now, key) = (time.GetUtcNow(), (head.ConversationId, user));
        if (head.MemberCount > limits.TypingMembers
            || !head.Shows(user)
            || (_told.TryGet(key, out var told) && told.IsTyping == isTyping && now - told.At < Interval))
        {
            return;
        }

        _told.Set(key, (isTyping, now));
        try
        {
            var one = new ChatEvent(isTyping ? "typing.started" : "typing.stopped", head.ConversationId, null, now, new UserTyping(user));
            var apart = head.Kind == ConversationKind.Group && EventPush.IsOneByOne(head)
                ? await blocks.ApartAsync(user, head.Members!.Select(member => member.UserId), cancellationToken)
                : new HashSet<UserId>();
            await push.PushToOthersAsync(head, [user, .. apart], one, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller left before it was pushed, so the next call must not be debounced.
            _told.Remove(key);
            throw;
        }
    }
}

/// <summary>The data of <c>typing.started</c> and <c>typing.stopped</c>.</summary>
internal sealed record UserTyping(UserId UserId);
