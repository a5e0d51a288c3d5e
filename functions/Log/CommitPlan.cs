using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>One commit in the making: commands decided one after another on a head, within what a transactional batch may hold.</summary>
/// <remarks>A batch holds 100 operations and 2 MB (Cosmos DB limits); the head is one of the operations.</remarks>
internal sealed class CommitPlan(ConversationId conversation, Head? onHead, string? headETag, Func<UserId, HeadMember?> memberOf, DateTimeOffset now)
{
    public const int MaxOperations = 100;

    /// <summary>Below the 2 MB that a batch may have, for its framing.</summary>
    private const int MaxBytes = 1_900_000;

    private readonly List<PendingAppend> _owners = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<UserId, HeadMember> _joined = [];
    private int _bytes = Head.MaxBytes;

    public ConversationId Conversation { get; } = conversation;

    public string CommitId { get; } = Opaque.Random();

    /// <summary>The ETag that the commit replaces; null when it creates the conversation.</summary>
    public string? HeadETag { get; } = headETag;

    public Head? Head { get; private set; } = onHead;

    public List<PendingAppend> Accepted { get; } = [];

    /// <summary>What this head answers without a commit: refusals, and what is as wanted already.</summary>
    public List<(PendingAppend Pending, Appended Answer)> Answers { get; } = [];

    /// <summary>Done before; the answer is to be read.</summary>
    public List<PendingAppend> Repeats { get; } = [];

    /// <summary>For the next commit: no room, or a repeat of one in this plan, and all that follow, so that nobody's own order is lost.</summary>
    public List<PendingAppend> Later { get; } = [];

    public List<LogEntry> Entries { get; } = [];

    /// <summary>The documents to create, in order, as JSON; <see cref="OwnerOf"/> tells whose each is.</summary>
    public List<byte[]> Documents { get; } = [];

    /// <summary>The head as it is committed.</summary>
    public byte[] HeadDocument { get; private set; } = [];

    /// <summary>Decides a command on what is planned so far, and takes it in or puts it where it belongs.</summary>
    public void Add(PendingAppend pending, bool isRecent)
    {
        if (Later.Count > 0)
        {
            Later.Add(pending);
        }
        else if (isRecent)
        {
            Repeats.Add(pending);
        }
        else if (pending.Command.RepeatId is { } id && _ids.Contains(id))
        {
            Later.Add(pending);
        }
        else
        {
            Decide(pending);
        }
    }

    /// <summary>Fixes the head that the accepted commands lead to.</summary>
    /// <exception cref="InvalidOperationException">The head outgrew its bound, which every field of it is limited to prevent.</exception>
    public void Seal()
    {
        Head = Head! with { CommitId = CommitId, CommittedAt = now };
        HeadDocument = JsonSerializer.SerializeToUtf8Bytes(Head, ChatJson.Default.Head);
        if (HeadDocument.Length > Head.MaxBytes)
        {
            throw new InvalidOperationException($"The head of {Conversation} would have {HeadDocument.Length} bytes, more than {Head.MaxBytes}.");
        }
    }

    /// <summary>Whose document an operation of the batch creates; operation 0 is the head's.</summary>
    public PendingAppend OwnerOf(int operation) => _owners[operation - 1];

    private void Decide(PendingAppend pending)
    {
        Decision decision;
        try
        {
            decision = pending.Command.Decide(new DecisionContext(Head, MemberOf, CommitId, now));
        }
        catch (Exception exception)
        {
            // Its neighbours are none the worse for it.
            pending.Fail(exception);
            return;
        }

        if (decision.IsRepeat)
        {
            Repeats.Add(pending);
        }
        else if (decision.Refusal is { } refusal)
        {
            Answers.Add((pending, Appended.Refused(refusal)));
        }
        else if (decision.Entries.Count == 0)
        {
            Answers.Add((pending, new Appended(null, [], decision.Head, null)));
        }
        else
        {
            Accept(pending, decision);
        }
    }

    private void Accept(PendingAppend pending, in Decision decision)
    {
        var documents = new List<byte[]>(decision.Entries.Count + decision.Members.Count);
        documents.AddRange(decision.Entries.Select(entry => JsonSerializer.SerializeToUtf8Bytes(entry, ChatJson.Default.LogEntry)));
        documents.AddRange(decision.Members.Select(joined => JsonSerializer.SerializeToUtf8Bytes(joined, ChatJson.Default.Member)));
        var size = documents.Sum(document => document.Length);

        // One that fits no commit goes alone, and Cosmos DB says so.
        if (Documents.Count > 0 && (1 + Documents.Count + documents.Count > MaxOperations || _bytes + size > MaxBytes))
        {
            Later.Add(pending);
            return;
        }

        _bytes += size;
        Head = decision.Head;
        pending.Entries = decision.Entries;
        Accepted.Add(pending);
        Entries.AddRange(decision.Entries);
        Documents.AddRange(documents);
        _owners.AddRange(Enumerable.Repeat(pending, documents.Count));
        foreach (var joined in decision.Members)
        {
            _joined[joined.UserId] = new HeadMember(joined.UserId, joined.Role);
        }

        if (pending.Command.RepeatId is { } taken)
        {
            _ids.Add(taken);
        }
    }

    private HeadMember? MemberOf(UserId user) => _joined.GetValueOrDefault(user) ?? memberOf(user);
}
