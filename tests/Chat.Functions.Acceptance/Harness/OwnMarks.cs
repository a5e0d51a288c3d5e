using System.Text.Json.Nodes;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// What of a message is the reader's own, kept as docs/protocol.md says: apart from the message, and each with the place in the log that it
/// is of. What is told without <c>mine</c> doesn't touch it.
/// </summary>
internal sealed class OwnMarks
{
    private readonly Dictionary<string, (long Seq, bool IsMine)> _changes = new(StringComparer.Ordinal);
    private (long Seq, HashSet<string> Keys) _reactions = (0, []);

    /// <summary>Which version of the message the reader's vote is known for.</summary>
    public long VoteSeq { get; private set; }

    private HashSet<int> Vote { get; set; } = [];

    /// <summary>Takes in an answer to the reader, and takes <c>mine</c> out of it; what was pushed has none.</summary>
    public void Take(JsonObject message)
    {
        var (seq, reactions) = ((long)message["updatedSeq"]!, message["reactions"]!.AsArray());
        var told = reactions.Where(one => one!["mine"] is not null).ToList();
        if (told.Count > 0 && seq > _reactions.Seq)
        {
            _reactions = (seq, [.. told.Where(one => (bool)one!["mine"]!).Select(one => (string)one!["key"]!)]);
        }

        var options = message["poll"]?["options"]?.AsArray() ?? [];
        if (options is [{ } first, ..] && first["mine"] is not null && seq > VoteSeq)
        {
            (VoteSeq, Vote) = (seq, [.. Enumerable.Range(0, options.Count).Where(n => (bool)options[n]!["mine"]!)]);
        }

        Strip(message);
    }

    /// <summary>The reader reacted, or took a reaction back.</summary>
    public void React(string key, bool isMine, long seq)
    {
        if (!_changes.TryGetValue(key, out var known) || known.Seq < seq)
        {
            _changes[key] = (seq, isMine);
        }
    }

    /// <summary>Puts <c>mine</c> where an answer would have it.</summary>
    public void Show(JsonObject message)
    {
        foreach (var reaction in message["reactions"]!.AsArray())
        {
            var key = (string)reaction!["key"]!;
            reaction["mine"] = _changes.TryGetValue(key, out var change) && change.Seq > _reactions.Seq
                ? change.IsMine
                : _reactions.Keys.Contains(key);
        }

        foreach (var (option, n) in (message["poll"]?["options"]?.AsArray() ?? []).Select((option, n) => (option, n)))
        {
            option!["mine"] = Vote.Contains(n);
        }
    }

    /// <summary>Makes of an answer what would be pushed.</summary>
    public static void Strip(JsonObject message)
    {
        foreach (var one in message["reactions"]!.AsArray().Concat(message["poll"]?["options"]?.AsArray() ?? []))
        {
            one!.AsObject().Remove("mine");
        }
    }
}
