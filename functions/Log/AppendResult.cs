using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>What came of a command: refused, committed now, or committed before (a repeat).</summary>
/// <param name="Refusal">Why it was refused; everything else is empty then. Null when it wasn't.</param>
/// <param name="Entries">The command's own entries; for a repeat the first command's entry, as it is now.</param>
/// <param name="Documents">
/// The other documents that the command wrote. If there was nothing to do: the documents that are as requested already.
/// </param>
/// <param name="Head">The head after the whole commit; null for a repeat.</param>
/// <param name="Session">The session token by which the caller reads what the command wrote.</param>
public sealed record AppendResult(
    Problem? Refusal,
    IReadOnlyList<LogEntry> Entries,
    IReadOnlyList<ConversationDocument> Documents,
    Head? Head,
    Session? Session)
{
    public bool IsRepeat => Refusal is null && Head is null;

    /// <summary>The conversation's kind, as far as is known.</summary>
    public ConversationKind? Kind { get; init; } = Head?.Kind;

    /// <summary>The one document of a type among <see cref="Documents"/>.</summary>
    public T Document<T>()
        where T : ConversationDocument => Documents.OfType<T>().Single();

    internal static AppendResult Refused(Problem refusal) => new(refusal, [], [], null, null);
}

/// <summary>What one commit appended to a log: a closed range, which delivery pushes.</summary>
/// <param name="Head">The head as this commit left it.</param>
/// <param name="Entries">The entries from <see cref="First"/> to <see cref="Last"/>.</param>
public sealed record CommittedRange(Head Head, IReadOnlyList<LogEntry> Entries, Session? Session)
{
    public long First => Entries[0].Seq;

    public long Last => Head.LastSeq;

    /// <summary>Entries from before that the commit changed, as it left them.</summary>
    public IReadOnlyList<LogEntry> Changed { get; init; } = [];
}

/// <summary>Enqueues the delivery of a committed range. It may fail: the change feed enqueues every commit once more.</summary>
public delegate Task EnqueueDelivery(CommittedRange range);
