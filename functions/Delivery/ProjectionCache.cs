using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// What this process projected lately, so that what the change feed shows once more costs nothing: a head that only reactions moved, a
/// message that was reacted to. Forgetting something costs patches that are refused.
/// </summary>
internal sealed class ProjectionCache
{
    private const int MaxConversations = 10_000;

    private readonly Dictionary<ConversationId, Projected> _conversations = [];

    /// <summary>Whether everybody's inbox was moved to an entry, or will be by a message.</summary>
    public bool HasAdvanced(ConversationId conversation, long listSeq) => Find(conversation).ListSeq >= listSeq;

    /// <summary>Whether what an entry says of some was projected.</summary>
    public bool Has(ConversationId conversation, long seq) => Find(conversation) is var done && seq >= done.First && seq <= done.Last;

    public void NoteAdvanced(ConversationId conversation, long listSeq) =>
        Note(conversation, done => done with { ListSeq = Math.Max(done.ListSeq, listSeq) });

    /// <summary>Notes entries; those after a hole begin anew, since what is in the hole may still come.</summary>
    public void Note(ConversationId conversation, IEnumerable<long> entries) =>
        Note(conversation, done => entries.Order().Aggregate(done, static (all, seq) => all.With(seq)));

    private Projected Find(ConversationId conversation)
    {
        lock (_conversations)
        {
            return _conversations.GetValueOrDefault(conversation);
        }
    }

    private void Note(ConversationId conversation, Func<Projected, Projected> more)
    {
        lock (_conversations)
        {
            if (_conversations.Count >= MaxConversations)
            {
                _conversations.Clear();
            }

            _conversations[conversation] = more(_conversations.GetValueOrDefault(conversation));
        }
    }

    /// <param name="ListSeq">How far everybody's inbox was moved.</param>
    /// <param name="First">With <paramref name="Last"/> a range of which every entry was projected.</param>
    private readonly record struct Projected(long ListSeq, long First, long Last)
    {
        public Projected With(long seq) =>
            seq == Last + 1 ? this with { Last = seq }
            : seq > Last ? this with { First = seq, Last = seq }
            : seq == First - 1 ? this with { First = seq }
            : this;
    }
}
