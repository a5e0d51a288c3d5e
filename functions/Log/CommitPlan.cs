using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// Plans one commit: decides commands one after another, each on the state that those before it leave, and gathers their writes
/// until a transactional batch is full.
/// </summary>
/// <remarks>
/// Every command that is added ends in one of <see cref="Accepted"/>, <see cref="Answers"/>, <see cref="DependentAnswers"/>,
/// <see cref="Repeats"/> and <see cref="Deferred"/>, or has failed. A batch holds 100 operations and 2 MB (Cosmos DB limits); the head is
/// one operation. Nothing is written here: a plan that meets a conflict is dropped, and its commands are planned again on the new head.
/// </remarks>
internal sealed class CommitPlan(
    ConversationId conversation,
    Head? head,
    string? headETag,
    Func<UserId, HeadMember?> memberOf,
    IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> stored,
    DateTimeOffset now)
{
    public const int MaxOperations = 100;

    /// <summary>Less than the 2 MB of a batch: its framing counts too.</summary>
    private const int MaxBytes = 1_900_000;

    /// <summary>All that the accepted commands write, on top of what is stored. Later commands are decided on it.</summary>
    private readonly PlannedWrites _writes = new(stored);

    /// <summary>The <see cref="LogCommand.RepeatId"/>s of the accepted commands.</summary>
    private readonly HashSet<string> _repeatIds = new(StringComparer.Ordinal);

    /// <summary>The commit's id and range; its end isn't known until <see cref="Seal"/>.</summary>
    private readonly Commit _commit = new(OpaqueId.Random(), (head?.LastSeq ?? 0) + 1, 0);

    public ConversationId Conversation { get; } = conversation;

    public string CommitId => _commit.Id;

    /// <summary>The ETag of the head that the commit replaces; null when it creates the conversation.</summary>
    public string? HeadETag { get; } = headETag;

    /// <summary>The head as the accepted commands leave it so far; null while there is no conversation.</summary>
    public Head? Head { get; private set; } = head;

    /// <summary>Commands that the commit contains, in order.</summary>
    public List<PendingAppend> Accepted { get; } = [];

    /// <summary>Commands that are answered without a commit: refused ones, and those with nothing to do.</summary>
    public List<(PendingAppend Pending, AppendResult Answer)> Answers { get; } = [];

    /// <summary>
    /// The same, decided after an accepted command: they may rest on what that one writes. They are answered once it is committed.
    /// </summary>
    public List<(PendingAppend Pending, AppendResult Answer)> DependentAnswers { get; } = [];

    /// <summary>Commands that were committed before. The first one's document answers them.</summary>
    public List<PendingAppend> Repeats { get; } = [];

    /// <summary>
    /// Commands for the next commit: the first that has no room or repeats one of this plan, and all after it. So each actor's order is
    /// kept.
    /// </summary>
    public List<PendingAppend> Deferred { get; } = [];

    /// <summary>
    /// Commands whose answer no commit would confirm, so that the caller must make sure that the head isn't stale. A dependent answer is
    /// confirmed by the commit's If-Match on the head. But some member documents change without the head, and the command's caller may
    /// have seen them.
    /// </summary>
    public IEnumerable<PendingAppend> Unverified =>
    [
        .. Answers.Select(answered => answered.Pending),
        .. DependentAnswers.Select(answered => answered.Pending)
            .Where(pending => pending.Session is not null && pending.Command.DocumentsToLoadOn(Head!).Any(Member.IsDocumentId)),
        .. Repeats.Where(repeat => repeat.Command.MembersToLoad.Count > 0),
    ];

    /// <summary>
    /// The new entries, as the whole commit leaves them; none when only the head and documents change. Empty until <see cref="Seal"/>,
    /// as are the next two.
    /// </summary>
    public IReadOnlyList<LogEntry> Entries { get; private set; } = [];

    /// <summary>Entries from before that the commit changes, as it leaves them.</summary>
    public IReadOnlyList<LogEntry> Changed => [.. Writes.Where(write => write.Exists).Select(write => write.Document).OfType<LogEntry>()];

    /// <summary>The batch's operations after the head's.</summary>
    public IReadOnlyList<PlannedWrite> Writes { get; private set; } = [];

    /// <summary>The head as it is committed.</summary>
    public byte[] HeadDocument { get; private set; } = [];

    /// <summary>Decides a command on what is planned so far.</summary>
    /// <param name="pending">The command.</param>
    /// <param name="isRecent">Whether this process knows that the command was committed before.</param>
    public void Add(PendingAppend pending, bool isRecent)
    {
        if (pending.Predecessor?.IsGivenUp == true)
        {
            // It was decided in this plan, and failed.
            pending.TimeOut();
        }
        else if (Deferred.Count > 0)
        {
            // Behind the first deferred one, even if it had room.
            Deferred.Add(pending);
        }
        else if (Head is { CommentsOf: not null } && pending.Command.Guest is null && IsOfMembers(pending.Command))
        {
            Answer(pending, AppendResult.Refused(Guest.Needed));
        }
        else if (isRecent && IsHiddenFromActor(pending.Command))
        {
            // A user who has left the conversation doesn't learn that their message is in it.
            Answer(pending, AppendResult.Refused(Problems.ConversationNotFound));
        }
        else if (isRecent)
        {
            Repeats.Add(pending);
        }
        else if (pending.Command.RepeatId is { } id && _repeatIds.Contains(id))
        {
            // Two creates of one id would fail the batch. After this commit it is a repeat.
            Deferred.Add(pending);
        }
        else
        {
            Decide(pending);
        }
    }

    /// <summary>Ends the plan: fixes the head and what the batch writes. At least one command must be accepted.</summary>
    /// <exception cref="InvalidOperationException">
    /// The head is larger than its bound: a fault, as the limits of its fields prevent that.
    /// </exception>
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

    /// <summary>Answers the callers of what was committed as this range.</summary>
    public void Complete(CommittedRange range)
    {
        var commit = range.Entries is [var first, ..] ? first.Commit : null;
        foreach (var pending in Accepted)
        {
            // `Commit.Last` wasn't known when the command was decided.
            IReadOnlyList<LogEntry> entries = [.. pending.Decision.Entries.Select(entry => entry with { Commit = commit })];
            pending.Complete(new AppendResult(null, entries, pending.Decision.Documents, range.Head, range.Session));
        }
    }

    /// <summary>Answers what rests on the plan, once it is committed as this range. It needs no delivery.</summary>
    public void CompleteDependents(CommittedRange range)
    {
        foreach (var (pending, answer) in DependentAnswers)
        {
            pending.Complete(answer with { Head = answer.Head is null ? null : range.Head, Session = range.Session });
        }
    }

    /// <summary>
    /// The command that is a repeat, if this operation of the batch failed because its document exists. Null for other operations;
    /// operation 0 is the head's.
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
            Answer(pending, AppendResult.Refused(Problems.ConversationNotFound));
            return;
        }

        if (pending.Command.IsByActor && pending.WriteRefusal?.Invoke(pending.Command.Actor) is { } refusal)
        {
            Answer(pending, AppendResult.Refused(refusal));
            return;
        }

        Decision decision;
        try
        {
            decision = pending.Command.Decide(new DecisionContext(Head, MemberOf, _writes.Find, _commit, now));
        }
        catch (Exception exception)
        {
            // A fault in one command mustn't fail its neighbours.
            pending.Fail(exception);
            return;
        }

        if (decision.IsRepeat)
        {
            Repeats.Add(pending);
        }
        else if (decision.Refusal is { } decided)
        {
            Answer(pending, AppendResult.Refused(decided));
        }
        else if (decision.Entries.Count == 0 && !decision.IsWithoutEntry)
        {
            Answer(pending, new AppendResult(null, [], decision.Documents, decision.Head, null));
        }
        else
        {
            Accept(pending, decision);
        }
    }

    private void Answer(PendingAppend pending, AppendResult answer) =>
        (Accepted.Count == 0 ? Answers : DependentAnswers).Add((pending, answer));

    private void Accept(PendingAppend pending, in Decision decision)
    {
        // The head takes one operation and its bytes.
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
            _repeatIds.Add(taken);
        }
    }

    /// <summary>Whether the conversation is deleted, or the actor isn't a member though the command is for members.</summary>
    private bool IsHiddenFromActor(LogCommand command) =>
        Head is { DeletedAt: not null } || (command.Guest is null && IsOfMembers(command) && MemberOf(command.Actor) is null);

    private static bool IsOfMembers(LogCommand command) => command.MembersToLoad.Contains(command.Actor);

    /// <summary>A membership as the plan leaves it so far: a command before may have changed it.</summary>
    private HeadMember? MemberOf(UserId user) => _writes.Find(Member.DocumentId(user)) switch
    {
        Member { State: MemberState.Active } member => new HeadMember(user, member.Role),
        Member => null,
        _ => memberOf(user),
    };
}
