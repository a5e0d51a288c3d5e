using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Log;

/// <summary>What became of a command: refused, committed now, or committed before (a repeat).</summary>
/// <param name="Refusal">Why not; everything else is empty then.</param>
/// <param name="Entries">The command's own entries; for a repeat the first one's, as it is now.</param>
/// <param name="Head">The head after the whole commit; null for a repeat.</param>
/// <param name="Session">By which the answer's reader sees what it wrote.</param>
/// <param name="Documents">What else the command wrote, as it left it; with nothing to do, what is as wanted.</param>
public sealed record AppendResult(
    Problem? Refusal,
    IReadOnlyList<LogEntry> Entries,
    IReadOnlyList<ConversationDocument> Documents,
    Head? Head,
    Session? Session)
{
    public bool IsRepeat => Refusal is null && Head is null;

    /// <summary>The one document of a type that the command wrote or found as wanted.</summary>
    public T Document<T>()
        where T : ConversationDocument => Documents.OfType<T>().Single();

    internal static AppendResult Refused(Problem refusal) => new(refusal, [], [], null, null);
}

/// <summary>What one commit put into a log: a closed range, to be handed over to delivery.</summary>
/// <param name="Head">The head as this commit left it.</param>
/// <param name="Entries">The entries from <see cref="First"/> to <see cref="Last"/>.</param>
public sealed record CommittedRange(Head Head, IReadOnlyList<LogEntry> Entries, Session? Session)
{
    public long First => Entries[0].Seq;

    public long Last => Head.LastSeq;
}

/// <summary>Takes a committed range to delivery. Failing is allowed: whoever follows the change feed hands every commit over again.</summary>
public delegate Task EnqueueDelivery(CommittedRange range);
