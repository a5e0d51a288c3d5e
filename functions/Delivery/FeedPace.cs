using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>
/// Slows the change feed down where it shows the same conversations again and again. The trigger waits its poll delay only after a read
/// that found nothing. Under a steady load it never waits, and each message of a busy conversation would write all members' inbox entries.
/// </summary>
/// <remarks>
/// A page that repeats a conversation takes at least <see cref="PollDelay"/>. Its projection begins at once, so nothing of it is late, and
/// what is committed meanwhile comes with the next page. Full pages aren't held, nor pages of a while ago: there is more to read already.
/// </remarks>
public sealed class FeedPace(TimeProvider time)
{
    /// <summary>How long the trigger waits after a read that found nothing, and how long a held page takes at least, in ms.</summary>
    public const int PollDelay = 500;

    /// <summary>
    /// The documents of a page at most. A longer one may take longer than it waits for its projection, and the rest goes by <c>fanout</c>.
    /// Shorter pages would fill up more often. Full pages aren't held, so lists would be written more often.
    /// </summary>
    public const int PageSize = 300;

    private const int MaxConversations = 10_000;

    /// <summary>A page whose newest entry is older is of a backlog. Longer than clocks differ, and a page is held.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A conversation is in one range of the feed. If a page that shows it follows another within less than the poll delay, no read in
    /// between found nothing.
    /// </summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(0.8 * PollDelay);

    private readonly BoundedCache<ConversationId, long> _ended = new(MaxConversations);

    /// <summary>
    /// Whether a page is to be held: it isn't full, it isn't of a backlog, and a page that ended just before showed one of its
    /// conversations, too.
    /// </summary>
    /// <param name="page">The changed conversations.</param>
    /// <param name="documents">How many documents the page has.</param>
    public bool Repeats(IReadOnlyList<ChangedConversation> page, int documents)
    {
        var since = time.GetUtcNow() - MaxAge;
        return documents < PageSize
            && page.Any(one => one.Entries.Any(entry => entry.At >= since))
            && page.Any(one => _ended.TryGet(one.ConversationId, out var ended) && time.GetElapsedTime(ended) < AtOnce);
    }

    /// <summary>Takes as long as a held page at least, beside the page's work.</summary>
    /// <param name="cancellationToken">Ends it at once, without an exception.</param>
    public async Task HoldAsync(CancellationToken cancellationToken) =>
        await Task.Delay(TimeSpan.FromMilliseconds(PollDelay), time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Notes that a page is done. One that failed comes again without being held.</summary>
    public void NoteEnd(IReadOnlyList<ChangedConversation> page)
    {
        var now = time.GetTimestamp();
        foreach (var one in page)
        {
            _ended.Set(one.ConversationId, now);
        }
    }
}
