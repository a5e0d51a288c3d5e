using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>
/// A change that somebody wants in a conversation's log. It is decided again on every head that it might be committed against.
/// </summary>
public abstract record LogCommand
{
    /// <summary>Who wants it; no actor takes more than their share of a commit.</summary>
    public required UserId Actor { get; init; }

    /// <summary>
    /// The id of a document that this command creates and that any repeat of it would create too; null when it can't be repeated.
    /// </summary>
    public virtual string? RepeatId => null;

    /// <summary>Whose memberships <see cref="Decide"/> looks at; they are loaded before, of the same version as the head.</summary>
    public virtual IReadOnlyList<UserId> MembersToLoad => [Actor];

    /// <summary>The ids of further documents of the conversation that <see cref="Decide"/> looks at or changes.</summary>
    public virtual IReadOnlyList<string> DocumentsToLoad => [];

    /// <summary>Decides, without side effects and as often as needed.</summary>
    public abstract Decision Decide(in DecisionContext context);

    /// <summary>
    /// Whether the document found under <see cref="RepeatId"/> says what this command says, so that this is a repeat and not a
    /// misuse.
    /// </summary>
    public virtual bool Repeats(LogEntry first) => true;

    /// <summary>The answer to a command whose <see cref="RepeatId"/> was used for something else.</summary>
    public virtual Problem Misused => Problems.ClientMessageIdReused;
}

/// <summary>What a command is decided on.</summary>
/// <param name="Head">
/// The head as it would be after the commands before this one in the same commit; null when there is no conversation.
/// </param>
/// <param name="MemberOf">
/// An active member among <see cref="LogCommand.MembersToLoad"/>: null for strangers and for those who are no longer active.
/// </param>
/// <param name="DocumentOf">
/// A document among <see cref="LogCommand.DocumentsToLoad"/> as the commands before this one leave it; null when there is none.
/// </param>
/// <param name="Commit">The commit that the entries go out in; where it ends isn't known yet.</param>
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

/// <summary>What a command comes to: a refusal, a repeat, nothing to do, or a new head with what is written together with it.</summary>
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

    /// <summary>The new log entries, by ascending <c>seq</c> from the old head's on without gaps.</summary>
    public IReadOnlyList<LogEntry> Entries { get; private init; }

    /// <summary>
    /// What else is written: documents that were <see cref="LogCommand.DocumentsToLoad"/> are replaced, others created. With nothing to do:
    /// what answers.
    /// </summary>
    public IReadOnlyList<ConversationDocument> Documents { get; private init; }

    /// <summary>Ids of documents that are deleted. They must be there.</summary>
    public IReadOnlyList<string> Removed { get; init; }

    /// <summary>Whether the answer is in the document under <see cref="LogCommand.RepeatId"/>.</summary>
    public bool IsRepeat => Refusal is null && Head is null;

    /// <summary>It was done before.</summary>
    public static Decision Repeat { get; } = new(null, null);

    public static Decision Refuse(Problem refusal) => new(refusal, null);

    /// <summary>It is as wanted already, as these documents show.</summary>
    public static Decision Nothing(Head head, params IReadOnlyList<ConversationDocument> documents) =>
        new(null, head) { Documents = documents };

    public static Decision Append(Head head, LogEntry entry, params IReadOnlyList<ConversationDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(null, entry.IsQuiet ? head : head with { ListSeq = entry.Seq }) { Entries = [entry], Documents = documents };
    }
}
