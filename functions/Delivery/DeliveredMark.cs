using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// How far a conversation's log has been delivered: all up to <see cref="DeliveredSeq"/>, and ranges beyond it that finished early. Of ranges
/// whose inbox writes were put off, this is only true once the inboxes have caught up.
/// </summary>
public sealed record DeliveredMark
{
    /// <summary>The document's id in every conversation's partition.</summary>
    public const string DocumentId = "d";

    /// <summary>Ranges remembered beyond the prefix. One that is forgotten is delivered again, which is harmless.</summary>
    private const int MaxEarly = 100;

    [JsonPropertyOrder(-2)]
    public string Type => "delivery";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required ConversationId ConversationId { get; init; }

    public long DeliveredSeq { get; init; }

    /// <summary>Disjoint, ascending, none touching another or the prefix.</summary>
    public IReadOnlyList<SeqRange> Early { get; init; } = [];

    /// <summary>The newest entry whose inbox writes were put off.</summary>
    public long PutOffSeq { get; init; }

    /// <summary>How far the inboxes had come when all members' were moved last.</summary>
    public long InboxSeq { get; init; }

    /// <summary>When they were moved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? InboxesAt { get; init; }

    /// <summary>Whether inbox writes that were put off are still to be done.</summary>
    [JsonIgnore]
    public bool InboxesAreBehind => !InboxesReach(PutOffSeq);

    /// <summary>Whether nothing up to a position is still put off.</summary>
    public bool InboxesReach(long seq) => InboxSeq >= Math.Min(seq, PutOffSeq);

    /// <summary>Whether a range was delivered, apart from inbox writes that were put off.</summary>
    public bool Covers(SeqRange range) => range.Last <= DeliveredSeq || Early.Any(early => early.First <= range.First && early.Last >= range.Last);

    /// <summary>The mark with a range delivered as well.</summary>
    public DeliveredMark With(SeqRange delivered)
    {
        var prefix = DeliveredSeq;
        var early = new List<SeqRange>(Early.Count + 1);
        SeqRange? open = null;
        foreach (var range in Early.Append(delivered).OrderBy(range => range.First))
        {
            if (range.First <= prefix + 1)
            {
                prefix = Math.Max(prefix, range.Last);
            }
            else if (open is { } last && range.First <= last.Last + 1)
            {
                open = last with { Last = Math.Max(last.Last, range.Last) };
            }
            else
            {
                if (open is { } closed)
                {
                    early.Add(closed);
                }

                open = range;
            }
        }

        if (open is { } final)
        {
            early.Add(final);
        }

        return this with { DeliveredSeq = prefix, Early = early.Count > MaxEarly ? early[..MaxEarly] : early };
    }

    /// <summary>The mark with what a delivery did as well.</summary>
    public DeliveredMark With(DeliveryStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        var mark = step.Delivered.Aggregate(this, static (sum, range) => sum.With(range));
        return mark with
        {
            PutOffSeq = Math.Max(PutOffSeq, step.PutOffSeq),
            InboxSeq = Math.Max(InboxSeq, step.InboxSeq),
            InboxesAt = step.InboxSeq > InboxSeq ? step.InboxesAt : InboxesAt,
        };
    }

    /// <summary>Whether what a delivery did is noted already.</summary>
    public bool Has(DeliveryStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Delivered.All(Covers) && PutOffSeq >= step.PutOffSeq && InboxSeq >= step.InboxSeq;
    }

    /// <summary>What of a range hasn't been delivered.</summary>
    public IEnumerable<SeqRange> Missing(SeqRange range)
    {
        var next = Math.Max(range.First, DeliveredSeq + 1);
        foreach (var early in Early)
        {
            if (early.First > next && next <= range.Last)
            {
                yield return new SeqRange(next, Math.Min(early.First - 1, range.Last));
            }

            next = Math.Max(next, early.Last + 1);
        }

        if (next <= range.Last)
        {
            yield return new SeqRange(next, range.Last);
        }
    }
}

/// <summary>A closed range of log positions.</summary>
public readonly record struct SeqRange(long First, long Last);

/// <summary>What a delivery has done, to be noted in the mark.</summary>
/// <param name="Delivered">The ranges that were delivered, their inbox writes done or put off.</param>
/// <param name="PutOffSeq">The last entry of them if they were put off.</param>
/// <param name="InboxSeq">How far every member's inbox entry was moved, if they were.</param>
/// <param name="InboxesAt">When that was.</param>
public sealed record DeliveryStep(IReadOnlyList<SeqRange> Delivered, long PutOffSeq = 0, long InboxSeq = 0, DateTimeOffset? InboxesAt = null);
