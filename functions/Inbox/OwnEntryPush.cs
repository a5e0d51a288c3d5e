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
        if (Begin(key, version, state) is not { } told)
        {
            return;
        }

        try
        {
            while (Next(told) is { } next)
            {
                // Whoever waits for it may leave; what others left to this one is told all the same. It takes two seconds at most.
                await push.PushToUserAsync(user, type, conversation, next, CancellationToken.None);
            }
        }
        catch (Exception)
        {
            lock (_told)
            {
                told.IsTelling = false;
                _told.Remove(key);
            }

            throw;
        }
    }

    /// <summary>What is told of an entry; null when there is nothing new to tell, or whoever is telling tells this as well.</summary>
    private Told? Begin((UserId, ConversationId, string) key, long version, object state)
    {
        lock (_told)
        {
            if (!_told.TryGetValue(key, out var told))
            {
                if (_told.Count >= MaxKept)
                {
                    _told.Clear();
                }

                _told[key] = told = new Told();
            }

            if (version > told.Version)
            {
                (told.Version, told.Next) = (version, state);
            }

            if (told.Next is null || told.IsTelling)
            {
                return null;
            }

            told.IsTelling = true;
            return told;
        }
    }

    private object? Next(Told told)
    {
        lock (_told)
        {
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
