using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Inbox;

/// <summary>
/// Tells a user's own connections the state of their list's entry after they changed it; best effort. What one process tells only goes forward.
/// Between processes, and on the way, pushes may swap: each carries the entry's version.
/// </summary>
public sealed class OwnEntryPush(EventPush push)
{
    /// <summary>Entries of which this process remembers what it told last; forgetting one may let an older state follow.</summary>
    private const int MaxKept = 20_000;

    private readonly Dictionary<(UserId, ConversationId, string), Told> _told = [];

    /// <summary>Pushes a state, unless the same or a newer one was pushed; one that comes meanwhile follows it.</summary>
    public async Task PushAsync(UserId user, ConversationId conversation, string type, long version, object state)
    {
        var key = (user, conversation, type);
        if (!TryBegin(key, version, state))
        {
            return;
        }

        try
        {
            while (Next(key) is { } next)
            {
                // Whoever waits for it may leave; what others left to this one is told all the same. It takes two seconds at most.
                await push.PushToUserAsync(user, type, conversation, next, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            lock (_told)
            {
                _told.Remove(key);
            }

            throw;
        }
    }

    /// <summary>False when there is nothing new to tell, or whoever is telling tells this as well.</summary>
    private bool TryBegin((UserId, ConversationId, string) key, long version, object state)
    {
        lock (_told)
        {
            if (_told.TryGetValue(key, out var told))
            {
                if (version > told.Version)
                {
                    (told.Version, told.Next) = (version, state);
                }

                return told.Next is not null && !told.IsTelling && (told.IsTelling = true);
            }

            if (_told.Count >= MaxKept)
            {
                _told.Clear();
            }

            _told[key] = new Told { Version = version, Next = state, IsTelling = true };
            return true;
        }
    }

    private object? Next((UserId, ConversationId, string) key)
    {
        lock (_told)
        {
            if (!_told.TryGetValue(key, out var told))
            {
                return null;
            }

            var next = told.Next;
            (told.Next, told.IsTelling) = (null, next is not null);
            return next;
        }
    }

    private sealed class Told
    {
        public long Version { get; set; }

        /// <summary>What is still to be told; null when nothing is.</summary>
        public object? Next { get; set; }

        public bool IsTelling { get; set; }
    }
}
