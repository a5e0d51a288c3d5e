using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// A device as docs/protocol.md tells to build one: it syncs, reads on in the log of what it shows, and keeps what it knows over crashes.
/// It may crash in the middle of everything, and may keep a page's items although it lost the cursor that came with them.
/// </summary>
/// <param name="page">The most messages on a page.</param>
internal sealed class Device(int page, Random random)
{
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SummaryJson> _conversations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogReader> _logs = new(StringComparer.Ordinal);
    private Person? _owner;
    private string? _cursor;

    public IReadOnlyDictionary<string, SummaryJson> Conversations => _conversations;

    /// <summary>How often it had to begin anew although it had a cursor.</summary>
    public int Snapshots { get; private set; }

    /// <summary>What it shows of a conversation that is opened is what the service shows.</summary>
    public Task ShouldShowAllOfAsync(string conversation) => _logs[conversation].ShouldKnowWhatIsShownAsync(page);

    /// <summary>Asks for one page and takes it in, or crashes on the way. True when there is more to ask for.</summary>
    public async Task<bool> SyncAsync(Person owner, bool mayCrash)
    {
        var answer = await owner.SyncAsync(_cursor, random.Next(1, page + 1));
        var taken = mayCrash && random.Next(4) == 0 ? random.Next(answer.Items.Count + 1) : int.MaxValue;
        if (answer.Resnapshot)
        {
            Snapshots += _cursor is null ? 0 : 1;
            _versions.Clear();
            _conversations.Clear();
            _logs.Clear();
        }

        foreach (var item in answer.Items.Take(taken))
        {
            Take(item);
        }

        if (taken == int.MaxValue)
        {
            _cursor = answer.Cursor;
        }

        return answer.HasMore || taken < int.MaxValue;
    }

    /// <summary>
    /// Opens its conversations one after another and reads on in their logs, page by page, whatever the list says; or crashes on the
    /// way.
    /// </summary>
    public async Task ReadOnAsync(Person owner, bool mayCrash)
    {
        _owner = owner;
        foreach (var log in _conversations.Keys.Select(conversation => _logs[conversation]))
        {
            do
            {
                if (mayCrash && random.Next(6) == 0)
                {
                    return;
                }
            }
            while (await log.ReadOnAsync(page));
        }
    }

    private void Take(SyncItemJson item)
    {
        var conversation = item.ConversationId;
        if (item.Version <= _versions.GetValueOrDefault(conversation))
        {
            return;
        }

        _versions[conversation] = item.Version;
        if (item.Left)
        {
            _conversations.Remove(conversation);
            _logs.Remove(conversation);
            return;
        }

        // One page covers what it says, and there is more before that exactly when it says so.
        var summary = item.Conversation!;
        Assert.Equal((conversation, summary.LastSeq), (summary.ConversationId, item.Newest!.ToSeq));
        Assert.InRange(item.Newest.ToSeq - item.Newest.FromSeq + 1, 0, page);
        Assert.Equal(item.Newest.ToSeq - page > summary.ClearedSeq, item.Limited);
        _conversations[conversation] = summary;
        var log = _logs.TryGetValue(conversation, out var own) ? own : _logs[conversation] = new LogReader(() => _owner!, conversation);
        log.Clear(summary.ClearedSeq);
    }
}
