using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>
/// Pushes the state of an inbox entry to its user's own connections after they changed it; best effort. A process pushes versions in
/// ascending order. Pushes of different processes may overtake each other, so each carries the entry's version.
/// </summary>
public sealed class OwnEntryPush(EventPush push)
{
    /// <summary>How many entries' last versions are kept. Forgetting one may let an older state follow a newer one.</summary>
    private const int MaxKept = 20_000;

    private readonly Dictionary<(UserId, ConversationId, string), PushState> _states = [];

    /// <summary>Pushes a state, unless the same or a newer one was pushed. If a push is under way, the state follows it.</summary>
    public async Task PushAsync(UserId user, ConversationId conversation, string type, long version, object state)
    {
        var key = (user, conversation, type);
        if (Begin(key, version, state) is not { } pushed)
        {
            return;
        }

        try
        {
            while (Next(pushed) is { } next)
            {
                // Not the caller's token: this loop also pushes what concurrent calls left to it. A push takes 2 s at most.
                await push.PushToUserAsync(user, type, conversation, next, null, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            lock (_states)
            {
                pushed.IsPushing = false;
                _states.Remove(key);
            }

            throw;
        }
    }

    /// <summary>Takes over the pushing of an entry; null when there is nothing new, or another call pushes this state as well.</summary>
    private PushState? Begin((UserId, ConversationId, string) key, long version, object state)
    {
        lock (_states)
        {
            if (!_states.TryGetValue(key, out var pushed))
            {
                if (_states.Count >= MaxKept)
                {
                    _states.Clear();
                }

                _states[key] = pushed = new PushState();
            }

            if (version > pushed.Version)
            {
                (pushed.Version, pushed.Next) = (version, state);
            }

            if (pushed.Next is null || pushed.IsPushing)
            {
                return null;
            }

            pushed.IsPushing = true;
            return pushed;
        }
    }

    /// <summary>The next state to push. Null ends the loop, in the same lock in which a new state would have been seen.</summary>
    private object? Next(PushState pushed)
    {
        lock (_states)
        {
            var next = pushed.Next;
            (pushed.Next, pushed.IsPushing) = (null, next is not null);
            return next;
        }
    }

    private sealed class PushState
    {
        public long Version { get; set; }

        /// <summary>The state that is still to be pushed; null when there is none.</summary>
        public object? Next { get; set; }

        public bool IsPushing { get; set; }
    }
}
