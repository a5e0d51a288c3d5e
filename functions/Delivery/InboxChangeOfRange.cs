using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Receipts;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// How a range moves its members' inboxes: all in the same way, each sender's read mark to their own last message, and each mentioned member's
/// mark to the last message that mentions them.
/// </summary>
/// <param name="AllMentioned">The ordinal of the last message that mentions everyone; 0 for none.</param>
public sealed record InboxChangeOfRange(
    InboxChange Change,
    IReadOnlyDictionary<string, long> OwnOrdinals,
    IReadOnlyDictionary<string, long> MentionedOrdinals,
    long AllMentioned)
{
    private const int MaxParallel = 16;

    /// <summary>Each sender's own last message, by its place in the log.</summary>
    public IReadOnlyDictionary<string, long> OwnSeqs { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Whether lists stay as they are, but for title and picture.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Whether title or picture change.</summary>
    public bool IsAbout { get; init; }

    /// <summary>Whether no inbox moves at all.</summary>
    [JsonIgnore]
    public bool IsNothing => IsQuiet && !IsAbout;

    /// <param name="head">The conversation as the range left it, or newer.</param>
    /// <param name="entries">The range, or what is left of it.</param>
    /// <param name="about">What is said about the conversation, where somebody joined or that changed.</param>
    public static InboxChangeOfRange Of(Head head, IReadOnlyList<LogEntry> entries, GroupProfile? about = null)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(entries);
        var own = new Dictionary<string, long>(StringComparer.Ordinal);
        var seqs = new Dictionary<string, long>(StringComparer.Ordinal);
        var mentioned = new Dictionary<string, long>(StringComparer.Ordinal);
        var all = 0L;
        foreach (var message in entries.OfType<Message>())
        {
            own[message.SenderId.Value] = message.Ordinal;
            seqs[message.SenderId.Value] = message.Seq;
            all = message.MentionsAll ? message.Ordinal : all;
            foreach (var user in Mention.Users(message.Mentions))
            {
                mentioned[user.Value] = message.Ordinal;
            }
        }

        return new(InboxChange.Of(head, about), own, mentioned, all)
        {
            OwnSeqs = seqs,
            IsQuiet = entries.All(entry => entry.IsQuiet),
            IsAbout = entries.Any(entry => entry.Seq == head.AboutSeq),
        };
    }

    /// <summary>Both of two changes of one conversation, as one: where one of them doesn't move lists, they move to the other.</summary>
    public InboxChangeOfRange With(InboxChangeOfRange other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var isOthers = IsQuiet == other.IsQuiet ? other.Change.LastSeq > Change.LastSeq : IsQuiet;
        return new(
            (isOthers ? other.Change : Change) with { PushUntil = other.Change.PushUntil ?? Change.PushUntil },
            Highest(OwnOrdinals, other.OwnOrdinals),
            Highest(MentionedOrdinals, other.MentionedOrdinals),
            Math.Max(AllMentioned, other.AllMentioned))
        {
            OwnSeqs = Highest(OwnSeqs, other.OwnSeqs),
            IsQuiet = IsQuiet && other.IsQuiet,
            IsAbout = IsAbout || other.IsAbout,
        };
    }

    /// <summary>Moves these members' inboxes forward, a few at a time; throws the first failure after all were tried.</summary>
    public Task ApplyAsync(InboxProjection inbox, SentReceipts receipts, IEnumerable<UserId> members, CancellationToken cancellationToken) =>
        Each.TryAsync(members, MaxParallel, (member, cancel) => ApplyAsync(inbox, receipts, member, cancel), cancellationToken);

    /// <summary>Moves these members' inboxes forward, a few at a time; those whose couldn't be moved, and why.</summary>
    public Task<IReadOnlyList<(UserId One, Exception Failure)>> TryApplyAsync(
        InboxProjection inbox,
        SentReceipts receipts,
        IEnumerable<UserId> members,
        CancellationToken cancellationToken) =>
        Each.FailedAsync(members, MaxParallel, (member, cancel) => ApplyAsync(inbox, receipts, member, cancel), cancellationToken);

    /// <summary>Whether more of a member's than of everyone's moves: they wrote, or are mentioned.</summary>
    public bool ConcernsAlone(UserId member) => OwnOrdinals.ContainsKey(member.Value) || MentionedOrdinals.ContainsKey(member.Value);

    /// <summary>What of a member's own moves.</summary>
    public InboxMarks MarksOf(UserId member) => new(
        OwnOrdinals.GetValueOrDefault(member.Value),
        Math.Max(AllMentioned, MentionedOrdinals.GetValueOrDefault(member.Value)));

    private async Task ApplyAsync(InboxProjection inbox, SentReceipts receipts, UserId member, CancellationToken cancellationToken)
    {
        if (!IsQuiet)
        {
            await inbox.RaiseAsync(member, Change, cancellationToken, MarksOf(member));
        }

        if (IsAbout)
        {
            await inbox.ShowAsync(member, Change, cancellationToken);
        }

        if (!IsNothing && OwnSeqs.TryGetValue(member.Value, out var seq))
        {
            await receipts.RaiseAsync(Change, member, seq, OwnOrdinals[member.Value], cancellationToken);
        }
    }

    private static Dictionary<string, long> Highest(IReadOnlyDictionary<string, long> some, IReadOnlyDictionary<string, long> more)
    {
        var highest = new Dictionary<string, long>(some, StringComparer.Ordinal);
        foreach (var (user, ordinal) in more)
        {
            highest[user] = Math.Max(ordinal, highest.GetValueOrDefault(user));
        }

        return highest;
    }
}
