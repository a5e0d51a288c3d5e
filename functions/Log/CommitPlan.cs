using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>One commit in the making: commands decided one after another on a head, within what a transactional batch may hold.</summary>
/// <remarks>A batch holds 100 operations and 2 MB (Cosmos DB limits); the head is one of the operations.</remarks>
internal sealed class CommitPlan(
    ConversationId conversation,
    Head? head,
    string? headETag,
    Func<UserId, HeadMember?> memberOf,
    IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> stored,
    DateTimeOffset now)
{
    public const int MaxOperations = 100;

    /// <summary>Below the 2 MB that a batch may have, for its framing.</summary>
    private const int MaxBytes = 1_900_000;

    private readonly PlannedWrites _writes = new(stored);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Commit _commit = new(OpaqueId.Random(), (head?.LastSeq ?? 0) + 1, 0);

    public ConversationId Conversation { get; } = conversation;

    public string CommitId => _commit.Id;

    /// <summary>The ETag that the commit replaces; null when it creates the conversation.</summary>
    public string? HeadETag { get; } = headETag;

    public Head? Head { get; private set; } = head;

    public List<PendingAppend> Accepted { get; } = [];

    /// <summary>What this head answers without a commit: refusals, and what is as wanted already.</summary>
    public List<(PendingAppend Pending, AppendResult Answer)> Answers { get; } = [];

    /// <summary>Done before; the answer is to be read.</summary>
    public List<PendingAppend> Repeats { get; } = [];

    /// <summary>
    /// For the next commit: no room, or a repeat of one in this plan, and all that follow, so that nobody's own order is lost.
    /// </summary>
    public List<PendingAppend> Deferred { get; } = [];

    /// <summary>
    /// Commands that are answered by this head, or by who is a member in it, without a commit that would show whether it is
    /// behind.
    /// </summary>
    public IEnumerable<PendingAppend> Unverified =>
        Answers.Select(answered => answered.Pending).Concat(Repeats.Where(repeat => repeat.Command.MembersToLoad.Count > 0));

    /// <summary>The new entries, as the whole commit leaves them.</summary>
    public IReadOnlyList<LogEntry> Entries { get; private set; } = [];

    /// <summary>The batch's operations after the head's.</summary>
    public IReadOnlyList<PlannedWrite> Writes { get; private set; } = [];

    /// <summary>The head as it is committed.</summary>
    public byte[] HeadDocument { get; private set; } = [];

    /// <summary>Decides a command on what is planned so far, and takes it in or puts it where it belongs.</summary>
    public void Add(PendingAppend pending, bool isRecent)
    {
        if (Deferred.Count > 0)
        {
            Deferred.Add(pending);
        }
        else if (isRecent && IsHiddenFromActor(pending.Command))
        {
            // Whoever has left isn't told what became of what they sent.
            Answers.Add((pending, AppendResult.Refused(Problems.ConversationNotFound)));
        }
        else if (isRecent)
        {
            Repeats.Add(pending);
        }
        else if (pending.Command.RepeatId is { } id && _ids.Contains(id))
        {
            Deferred.Add(pending);
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
        _writes.Stamp(_commit with { Last = Head.LastSeq });
        Entries = [.. Accepted.SelectMany(pending => pending.Decision.Entries).Select(entry => (LogEntry)_writes.Find(entry.Id)!)];
        Writes = [.. _writes.All.Where(write => !write.IsNoOp)];
        HeadDocument = JsonSerializer.SerializeToUtf8Bytes(Head, ChatJson.Default.Head);
        if (HeadDocument.Length > Head.MaxBytes)
        {
            throw new InvalidOperationException(
                $"The head of {Conversation} would have {HeadDocument.Length} bytes, more than {Head.MaxBytes}.");
        }
    }

    /// <summary>
    /// The command that is a repeat if an operation of the batch finds its document there already; null when it isn't one.
    /// Operation 0 is the head's.
    /// </summary>
    public PendingAppend? RepeatAt(int operation)
    {
        var write = operation > 0 ? Writes[operation - 1] : null;
        return write is { Exists: false } && write.Owner.Command.RepeatId == write.Id ? write.Owner : null;
    }

    private void Decide(PendingAppend pending)
    {
        if (Head is { DeletedAt: not null })
        {
            Answers.Add((pending, AppendResult.Refused(Problems.ConversationNotFound)));
            return;
        }

        Decision decision;
        try
        {
            decision = pending.Command.Decide(new DecisionContext(Head, MemberOf, _writes.Find, _commit, now));
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
            Answers.Add((pending, AppendResult.Refused(refusal)));
        }
        else if (decision.Entries.Count == 0)
        {
            Answers.Add((pending, new AppendResult(null, [], decision.Documents, decision.Head, null)));
        }
        else
        {
            Accept(pending, decision);
        }
    }

    private void Accept(PendingAppend pending, in Decision decision)
    {
        if (!_writes.TryAdd(pending, decision, MaxOperations - 1, MaxBytes - Head.MaxBytes))
        {
            Deferred.Add(pending);
            return;
        }

        Head = decision.Head;
        pending.Decision = decision;
        Accepted.Add(pending);
        if (pending.Command.RepeatId is { } taken)
        {
            _ids.Add(taken);
        }
    }

    /// <summary>Whether the conversation isn't there for the actor of a command that only members may give.</summary>
    private bool IsHiddenFromActor(LogCommand command) =>
        Head is { DeletedAt: not null } || (command.MembersToLoad.Contains(command.Actor) && MemberOf(command.Actor) is null);

    private HeadMember? MemberOf(UserId user) => _writes.Find(Member.DocumentId(user)) switch
    {
        Member { State: MemberState.Active } member => new HeadMember(user, member.Role),
        Member => null,
        _ => memberOf(user),
    };
}
