using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// A lane's commands that no commit takes just now, since the head is read for them; what their actors wish meanwhile stays
/// behind them.
/// </summary>
internal sealed class HeldBack
{
    private readonly Dictionary<UserId, List<PendingAppend>> _ofActors = [];
    private readonly List<StoredDocument<Head>?> _seen = [];

    public int Count { get; private set; }

    public bool Contains(PendingAppend pending) => _ofActors.TryGetValue(pending.Command.Actor, out var held) && held.Contains(pending);

    public bool HoldsActorOf(PendingAppend pending) => _ofActors.ContainsKey(pending.Command.Actor);

    /// <summary>Holds one actor's commands, of whom it holds none yet.</summary>
    public void Add(List<PendingAppend> held)
    {
        _ofActors.Add(held[0].Command.Actor, held);
        Count += held.Count;
    }

    /// <summary>Lets one actor's commands go on, with the heads that were read for them.</summary>
    public List<PendingAppend> Release(List<PendingAppend> held, List<StoredDocument<Head>?> seen)
    {
        _ofActors.Remove(held[0].Command.Actor);
        Count -= held.Count;
        _seen.AddRange(seen);
        return held;
    }

    /// <summary>The heads that were read since the last time.</summary>
    public List<StoredDocument<Head>?> TakeSeen()
    {
        List<StoredDocument<Head>?> seen = [.. _seen];
        _seen.Clear();
        return seen;
    }
}
