using System.Text.Json;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// The documents that a commit writes besides the head. A document that several commands change is written once, as the last one
/// leaves it. A stored document is replaced only if it still has the ETag that was read.
/// </summary>
internal sealed class PlannedWrites(IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> stored)
{
    private readonly List<PlannedWrite> _writes = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <summary>All writes, in the order of the batch.</summary>
    public IReadOnlyList<PlannedWrite> All => _writes;

    /// <summary>The size of all documents, in bytes of JSON.</summary>
    public int Bytes { get; private set; }

    /// <summary>A document as the commands so far leave it; null when there is none.</summary>
    public ConversationDocument? Find(string id) =>
        _positions.TryGetValue(id, out var position) ? _writes[position].Document : stored.GetValueOrDefault(id).Document;

    /// <summary>Adds a command's writes; false, and nothing is added, when the whole would outgrow the bounds.</summary>
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
        var bytes = Bytes + writes.Sum(write => write.Size - PlannedSize(write.Id));

        // A command that fits no commit is added alone: Cosmos DB then refuses the batch, and the caller gets that error.
        if (_writes.Count > 0 && (_writes.Count + added > maxWrites || bytes > maxBytes))
        {
            return false;
        }

        Bytes = bytes;
        writes.ForEach(Put);
        return true;
    }

    /// <summary>
    /// Stamps the commit's range on its own entries. Its end is known only when nothing more is added. That adds a few bytes after the
    /// bound was checked, which the bound leaves room for.
    /// </summary>
    public void Stamp(Commit commit)
    {
        for (var position = 0; position < _writes.Count; position++)
        {
            if (_writes[position] is { Document: LogEntry { Commit: { } begun } entry } write && begun.Id == commit.Id)
            {
                var stamped = entry with { Commit = commit };
                _writes[position] = write with { Document = stamped, Json = Serialize(stamped) };
            }
        }
    }

    private static byte[] Serialize(ConversationDocument document) =>
        JsonSerializer.SerializeToUtf8Bytes(document, ChatJson.Default.ConversationDocument);

    private PlannedWrite Write(PendingAppend owner, ConversationDocument document)
    {
        var etag = stored.GetValueOrDefault(document.Id).ETag;
        return new(document.Id, document, Serialize(document), etag, etag is not null, owner);
    }

    private int PlannedSize(string id) => _positions.TryGetValue(id, out var position) ? _writes[position].Size : 0;

    private void Put(PlannedWrite write)
    {
        if (_positions.TryGetValue(write.Id, out var position))
        {
            // The first command says whether it exists in the store, and owns it: a later one changes what the first created.
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
/// <param name="Document">The new version; null when it is deleted.</param>
/// <param name="IfMatch">The ETag of the version that is replaced or deleted; null for one that wasn't loaded.</param>
/// <param name="Exists">Whether it is stored already, so that it is replaced or deleted rather than created.</param>
/// <param name="Owner">The first command that writes it.</param>
internal sealed record PlannedWrite(
    string Id,
    ConversationDocument? Document,
    byte[]? Json,
    string? IfMatch,
    bool Exists,
    PendingAppend Owner)
{
    public int Size => Json?.Length ?? 0;

    /// <summary>Whether the commit both creates and deletes it, so that nothing is written.</summary>
    public bool IsNoOp => Document is null && !Exists;
}
