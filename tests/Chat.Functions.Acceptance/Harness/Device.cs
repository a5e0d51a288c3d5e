using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// A device as docs/protocol.md tells to build one: it syncs, fetches the holes that it sees, and keeps what it knows over crashes. It may
/// crash in the middle of everything, and may keep a page's items although it lost the cursor that came with them.
/// </summary>
/// <param name="page">The most messages on a page.</param>
internal sealed class Device(int page, Random random)
{
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SummaryJson> _conversations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<long, MessageJson>> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _known = new(StringComparer.Ordinal);
    private string? _cursor;

    public IReadOnlyDictionary<string, SummaryJson> Conversations => _conversations;

    /// <summary>How often it had to begin anew although it had a cursor.</summary>
    public int Snapshots { get; private set; }

    public IReadOnlyCollection<MessageJson> Messages(string conversation) => _messages.TryGetValue(conversation, out var messages) ? messages.Values : [];

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
            _messages.Clear();
            _known.Clear();
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

    /// <summary>Fetches the holes of its conversations, page by page, or crashes on the way.</summary>
    public async Task FetchAsync(Person owner, bool mayCrash)
    {
        foreach (var (conversation, summary) in _conversations)
        {
            while (_known.GetValueOrDefault(conversation) < summary.LastSeq)
            {
                if (mayCrash && random.Next(6) == 0)
                {
                    return;
                }

                var known = _known.GetValueOrDefault(conversation);
                var found = await owner.MessagesAsync(conversation, $"afterSeq={known}&limit={page}");
                Assert.Equal(known + 1, found.FromSeq);
                foreach (var message in found.Messages)
                {
                    _messages[conversation].Add(message.Seq, message);
                }

                _known[conversation] = found.ToSeq;
            }
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
            _messages.Remove(conversation);
            _known.Remove(conversation);
            return;
        }

        // One page covers what it says, and there is more before that exactly when it says so.
        var summary = item.Conversation!;
        Assert.Equal((conversation, summary.LastSeq), (summary.ConversationId, item.Newest!.ToSeq));
        Assert.InRange(item.Newest.ToSeq - item.Newest.FromSeq + 1, 0, page);
        Assert.Equal(item.Newest.ToSeq - page > summary.ClearedSeq, item.Limited);
        _conversations[conversation] = summary;
        var messages = _messages.TryGetValue(conversation, out var own) ? own : _messages[conversation] = [];
        foreach (var cleared in messages.Keys.Where(seq => seq <= summary.ClearedSeq).ToList())
        {
            messages.Remove(cleared);
        }
    }
}
