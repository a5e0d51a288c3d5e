using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// The actors of a lane for whom the head is being read. No commit takes their commands until the read is done. Later commands of theirs
/// wait behind these, so each actor's order is kept.
/// </summary>
/// <remarks>Not thread-safe: the lane's lock guards it.</remarks>
internal sealed class ParkedActors
{
    private readonly Dictionary<UserId, List<PendingAppend>> _commands = [];
    private readonly List<StoredDocument<Head>?> _heads = [];

    public int Count { get; private set; }

    public bool Contains(PendingAppend pending) => _commands.TryGetValue(pending.Command.Actor, out var own) && own.Contains(pending);

    public bool IsParked(PendingAppend pending) => _commands.ContainsKey(pending.Command.Actor);

    /// <summary>Parks an actor, who isn't parked yet, with their commands.</summary>
    public void Park(List<PendingAppend> commands)
    {
        _commands.Add(commands[0].Command.Actor, commands);
        Count += commands.Count;
    }

    /// <summary>Releases an actor and keeps the heads that were read for them.</summary>
    public void Release(List<PendingAppend> commands, IEnumerable<StoredDocument<Head>?> heads)
    {
        _commands.Remove(commands[0].Command.Actor);
        Count -= commands.Count;
        _heads.AddRange(heads);
    }

    /// <summary>The heads that were read since the last call.</summary>
    public List<StoredDocument<Head>?> DrainHeads()
    {
        List<StoredDocument<Head>?> heads = [.. _heads];
        _heads.Clear();
        return heads;
    }
}
