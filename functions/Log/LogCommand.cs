using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// A change that somebody asks for in a conversation's log. It is decided again on every head that it might be committed on.
/// </summary>
public abstract record LogCommand
{
    /// <summary>Who asks for it. No actor takes more than their share of a commit while others wait.</summary>
    public required UserId Actor { get; init; }

    /// <summary>The actor's part in the channel of whose post these are the comments; null everywhere else.</summary>
    public Guest? Guest { get; init; }

    /// <summary>Whether the actor asks for it themselves. Then their standing may bar them from it.</summary>
    public virtual bool IsByActor => true;

    /// <summary>
    /// The id of a document that this command creates, and that every repeat of it would create too (idempotency key). Null when
    /// repeats aren't recognised by a document.
    /// </summary>
    public virtual string? RepeatId => null;

    /// <summary>The users whose memberships <see cref="Decide"/> reads. They are loaded first, in the head's version.</summary>
    public virtual IReadOnlyList<UserId> MembersToLoad => [Actor];

    /// <summary>The ids of the conversation's other documents that <see cref="Decide"/> reads or changes.</summary>
    public virtual IReadOnlyList<string> DocumentsToLoad => [];

    /// <summary>The ids to load on a given head, for commands that need other documents on another head.</summary>
    public virtual IReadOnlyList<string> DocumentsToLoadOn(Head head) => DocumentsToLoad;

    /// <summary>Decides, without side effects and as often as needed.</summary>
    public abstract Decision Decide(in DecisionContext context);

    /// <summary>
    /// Whether the document under <see cref="RepeatId"/> says what this command says. Otherwise the idempotency key was used for
    /// something else.
    /// </summary>
    public virtual bool IsRepeatOf(LogEntry first) => true;

    /// <summary>The answer to a command whose <see cref="RepeatId"/> was used for something else.</summary>
    public virtual Problem KeyReused => Problems.ClientMessageIdReused;
}

/// <summary>What a command is decided on: the state after the commands before it in the same commit.</summary>
/// <param name="Head">The head; null when there is no conversation.</param>
/// <param name="MemberOf">
/// Finds an active member among <see cref="LogCommand.MembersToLoad"/>; null for everybody else.
/// </param>
/// <param name="DocumentOf">
/// Finds a document among <see cref="LogCommand.DocumentsToLoad"/>; null when it isn't stored.
/// </param>
/// <param name="Commit">The commit of the command's entries. Its <see cref="Log.Commit.Last"/> isn't known yet.</param>
/// <param name="Now">The instant of the commit, in whole milliseconds.</param>
public readonly record struct DecisionContext(
    Head? Head,
    Func<UserId, HeadMember?> MemberOf,
    Func<string, ConversationDocument?> DocumentOf,
    Commit Commit,
    DateTimeOffset Now)
{
    public T? Find<T>(string id)
        where T : ConversationDocument => DocumentOf(id) as T;
}

/// <summary>What a command decides: a refusal, a repeat, nothing to do, or a new head and what is written with it.</summary>
public readonly record struct Decision
{
    private Decision(Problem? refusal, Head? head)
    {
        Refusal = refusal;
        Head = head;
        Entries = [];
        Documents = [];
        Removed = [];
    }

    public Problem? Refusal { get; }

    public Head? Head { get; }

    /// <summary>The new entries: ascending <c>seq</c> without gaps, from the one after the old head's.</summary>
    public IReadOnlyList<LogEntry> Entries { get; private init; }

    /// <summary>
    /// The other documents that are written: loaded ones are replaced, others created. If there is nothing to do: the documents that
    /// the answer shows.
    /// </summary>
    public IReadOnlyList<ConversationDocument> Documents { get; private init; }

    /// <summary>The ids of documents that are deleted. They must exist.</summary>
    public IReadOnlyList<string> Removed { get; init; }

    /// <summary>Whether head and documents are committed without an entry.</summary>
    public bool IsWithoutEntry { get; private init; }

    /// <summary>Whether the document under <see cref="LogCommand.RepeatId"/> answers the command.</summary>
    public bool IsRepeat => Refusal is null && Head is null;

    /// <summary>The command was committed before.</summary>
    public static Decision Repeat { get; } = new(null, null);

    public static Decision Refuse(Problem refusal) => new(refusal, null);

    /// <summary>There is nothing to do: everything is as requested already. These documents show it.</summary>
    public static Decision Unchanged(Head head, params IReadOnlyList<ConversationDocument> documents) =>
        new(null, head) { Documents = documents };

    /// <summary>
    /// Commits a head and documents without an entry: there is no <c>seq</c>, no delivery and no event. On the new head the command must
    /// decide <see cref="Unchanged"/>, because it is decided again after an unclear answer.
    /// </summary>
    public static Decision WithoutEntry(Head head, params IReadOnlyList<ConversationDocument> documents) =>
        new(null, head) { Documents = documents, IsWithoutEntry = true };

    public static Decision Append(Head head, LogEntry entry, params IReadOnlyList<ConversationDocument> documents)
    {
        return new(null, entry.IsQuiet ? head : head with { ListSeq = entry.Seq }) { Entries = [entry], Documents = documents };
    }
}
