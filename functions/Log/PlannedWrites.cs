using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// The documents that a commit writes besides the head. One that several commands of the commit change is written once, as the
/// last leaves it; what was there before is replaced only if it is still what was read.
/// </summary>
internal sealed class PlannedWrites(IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> stored)
{
    private readonly List<PlannedWrite> _writes = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <summary>In the order of the batch.</summary>
    public IReadOnlyList<PlannedWrite> All => _writes;

    /// <summary>The size of what is written.</summary>
    public int Bytes { get; private set; }

    /// <summary>A document as the commit would leave it; null when there is none.</summary>
    public ConversationDocument? Find(string id) =>
        _positions.TryGetValue(id, out var position) ? _writes[position].Document : stored.GetValueOrDefault(id).Document;

    /// <summary>Takes in what a command writes, unless the whole outgrows its bounds.</summary>
    public bool TryAdd(PendingAppend owner, in Decision decision, int maxWrites, int maxBytes)
    {
        var writes = new List<PlannedWrite>(decision.Entries.Count + decision.Documents.Count + decision.Removed.Count);
        writes.AddRange(decision.Entries.Select(entry => Write(owner, entry)));
        writes.AddRange(decision.Documents.Select(document => Write(owner, document)));
        writes.AddRange(decision.Removed.Select(id => new PlannedWrite(
            id,
            null,
            null,
            stored.GetValueOrDefault(id).ETag,
            Exists: true,
            owner)));
        var added = writes.Count(write => !_positions.ContainsKey(write.Id));
        var bytes = Bytes + writes.Sum(write => write.Size - (_positions.TryGetValue(write.Id, out var position) ? _writes[position].Size : 0));

        // What fits no commit goes alone, and Cosmos DB says so.
        if (_writes.Count > 0 && (_writes.Count + added > maxWrites || bytes > maxBytes))
        {
            return false;
        }

        Bytes = bytes;
        writes.ForEach(Put);
        return true;
    }

    /// <summary>Notes on the commit's own entries where it ends, which is known once nothing more is taken in. Some bytes beyond what was bounded.</summary>
    public void Stamp(Commit commit)
    {
        ArgumentNullException.ThrowIfNull(commit);
        for (var position = 0; position < _writes.Count; position++)
        {
            if (_writes[position] is { Document: LogEntry { Commit: { } begun } entry } write && begun.Id == commit.Id)
            {
                _writes[position] = write with { Document = entry with { Commit = commit }, Json = Serialize(entry with { Commit = commit }) };
            }
        }
    }

    private static byte[] Serialize(ConversationDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, ChatJson.Default.ConversationDocument);

    private PlannedWrite Write(PendingAppend owner, ConversationDocument document)
    {
        var etag = stored.GetValueOrDefault(document.Id).ETag;
        return new(document.Id, document, Serialize(document), etag, etag is not null, owner);
    }

    private void Put(PlannedWrite write)
    {
        if (_positions.TryGetValue(write.Id, out var position))
        {
            _writes[position] = write with { Owner = _writes[position].Owner, Exists = _writes[position].Exists };
        }
        else
        {
            _positions[write.Id] = _writes.Count;
            _writes.Add(write);
        }
    }
}

/// <summary>One document that a commit writes.</summary>
/// <param name="Document">As it will be; null when it is deleted.</param>
/// <param name="IfMatch">The ETag of what is replaced or deleted; null where nothing is known of it.</param>
/// <param name="Exists">Whether it is replaced or deleted, not created.</param>
/// <param name="Owner">Who wanted it first.</param>
internal sealed record PlannedWrite(
    string Id,
    ConversationDocument? Document,
    byte[]? Json,
    string? IfMatch,
    bool Exists,
    PendingAppend Owner)
{
    public int Size => Json?.Length ?? 0;

    /// <summary>Whether it was created and deleted within the commit, so that nothing is to be written.</summary>
    public bool IsNoOp => Document is null && !Exists;
}
