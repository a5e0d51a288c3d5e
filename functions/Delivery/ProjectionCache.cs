using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// What this process projected lately. The change feed shows a head again after every reaction, and a message again after every change; the
/// cache saves the writes for those. Forgetting costs patches that are refused.
/// </summary>
internal sealed class ProjectionCache
{
    private const int MaxConversations = 10_000;

    private readonly Dictionary<ConversationId, Projected> _conversations = [];

    /// <summary>Whether everybody's inbox was advanced to an entry, or a queued message will do it.</summary>
    public bool HasAdvanced(ConversationId conversation, long listSeq) => Find(conversation).ListSeq >= listSeq;

    /// <summary>Whether an entry's updates of single members were projected.</summary>
    public bool Has(ConversationId conversation, long seq) => Find(conversation) is var done && seq >= done.First && seq <= done.Last;

    public void NoteAdvanced(ConversationId conversation, long listSeq) =>
        Note(conversation, done => done with { ListSeq = Math.Max(done.ListSeq, listSeq) });

    /// <summary>Notes entries as projected. After a gap the range begins anew, since the entries in the gap may still come.</summary>
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

    /// <param name="ListSeq">The entry to which everybody's inbox was advanced.</param>
    /// <param name="First">The first entry of a range without gaps that was projected.</param>
    /// <param name="Last">The last entry of that range.</param>
    private readonly record struct Projected(long ListSeq, long First, long Last)
    {
        public Projected With(long seq) =>
            seq == Last + 1 ? this with { Last = seq }
            : seq > Last ? this with { First = seq, Last = seq }
            : seq == First - 1 ? this with { First = seq }
            : this;
    }
}
