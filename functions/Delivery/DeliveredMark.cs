using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>How far a conversation's log has been delivered: all up to <see cref="DeliveredSeq"/>, and ranges beyond it that finished early.</summary>
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
