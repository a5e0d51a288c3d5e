using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Log;

/// <summary>
/// What a lane caches of its conversation: the head with its ETag, memberships of that head's version, and ids that are known to exist. A
/// commit on a stale head fails with 412. A refusal writes nothing, so the lane verifies the head before it refuses. Cached memberships
/// are used for one version only.
/// </summary>
/// <remarks>One commit at a time uses it. Only the recent ids are also used by answers that run beside commits.</remarks>
internal sealed class LaneCache(ConversationId conversation, Container conversations, TimeProvider time)
{
    /// <summary>How many ids are kept. Forgetting one costs a batch that fails with 409.</summary>
    private const int MaxRecent = 128;

    /// <summary>How many memberships are kept: twice a group's most members, since strangers are kept too.</summary>
    private const int MaxMembers = 512;

    private static readonly Dictionary<string, StoredDocument<ConversationDocument>> NoDocuments = [];

    private readonly Dictionary<UserId, HeadMember?> _members = [];
    private readonly HashSet<string> _recent = new(StringComparer.Ordinal);
    private readonly Queue<string> _recentInOrder = new();
    private long _membersVersion;

    /// <summary>The cached head; null when none is cached. Once loaded, null means that there is no such conversation.</summary>
    public Head? Head { get; private set; }

    public string? ETag { get; private set; }

    /// <summary>The session token by which another process reads this head or a newer one.</summary>
    public Session? Session { get; private set; }

    /// <summary>The documents that the batch's commands load, by id.</summary>
    public IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> Documents { get; private set; } = NoDocuments;

    /// <summary>Loads what these commands are decided on, as far as it isn't cached.</summary>
    public async Task LoadAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
        if (Head is null)
        {
            CacheUnlessOlder(
                await conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head, null, cancellationToken));
        }

        if (Head is null)
        {
            return;
        }

        await Task.WhenAll(LoadMembersAsync(batch, cancellationToken), LoadDocumentsAsync(batch, cancellationToken));
    }

    /// <summary>A user's membership in the head's version; null when they aren't an active member, or weren't loaded.</summary>
    public HeadMember? MemberOf(UserId user) => Head?.Members is not null ? Head.Member(user) : _members.GetValueOrDefault(user);

    /// <summary>The instant of the next commit: in whole milliseconds and never before the last one's.</summary>
    public DateTimeOffset NextCommitTime()
    {
        // The clock of the instance that committed last may be ahead of this one's.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        return Head is { } head && head.CommittedAt > now ? head.CommittedAt : now;
    }

    /// <summary>Whether a document with this id was created lately. Creating it again would fail the whole batch.</summary>
    public bool IsRecent(string? id)
    {
        lock (_recent)
        {
            return id is not null && _recent.Contains(id);
        }
    }

    /// <summary>Advances to what was committed; without an ETag, another process has committed on top already.</summary>
    public void Advance(CommitPlan plan, string? etag, Session? session)
    {
        foreach (var pending in plan.Accepted)
        {
            RememberId(pending.Command.RepeatId);
        }

        (Head, ETag, Session) = etag is null ? (null, null, null) : (plan.Head, etag, session);
    }

    public void RememberId(string? id)
    {
        lock (_recent)
        {
            if (id is null || !_recent.Add(id))
            {
                return;
            }

            _recentInOrder.Enqueue(id);
            if (_recentInOrder.Count > MaxRecent)
            {
                _recent.Remove(_recentInOrder.Dequeue());
            }
        }
    }

    /// <summary>Forgets an id, so that its document may be created again.</summary>
    public void ForgetId(string id)
    {
        lock (_recent)
        {
            _recent.Remove(id);
        }
    }

    public void ForgetHead() => (Head, ETag, Session) = (null, null, null);

    /// <summary>
    /// Replaces the cached head by one that <see cref="SessionHeadReader"/> read, unless that is older. Null, or a tie, forgets it: the
    /// next commit reads the head by the process's own session. While no head is cached this does nothing.
    /// </summary>
    public void OfferHead(StoredDocument<Head>? found)
    {
        if (found is not { } head || (head.Document is { } read && Head is { } known && Order(read) == Order(known) && head.ETag != ETag))
        {
            // Two commits without an entry may have one instant, so either may be the newer. The process's session has seen both.
            ForgetHead();
        }
        else if (Head is not null)
        {
            CacheUnlessOlder(head);
        }
    }

    /// <summary>Commits without an entry differ by their instant, if by anything.</summary>
    private static (long LastSeq, DateTimeOffset CommittedAt) Order(Head head) => (head.LastSeq, head.CommittedAt);

    private void CacheUnlessOlder(StoredDocument<Head> found)
    {
        // A replica that is read by an old session may show an older head than the cached one.
        if (found.Document is { } head
            && (Head is not { } known || Order(known).CompareTo(Order(head)) <= 0))
        {
            (Head, ETag, Session) = (head, found.ETag, found.Session);
        }
    }

    private async Task LoadMembersAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
        // A small conversation's head lists its members.
        if (Head!.Members is not null)
        {
            return;
        }

        if (_membersVersion != Head.MembersVersion || _members.Count > MaxMembers)
        {
            _members.Clear();
            _membersVersion = Head.MembersVersion;
        }

        var unknown = batch.SelectMany(pending => pending.Command.MembersToLoad)
            .Where(user => !_members.ContainsKey(user))
            .Distinct()
            .Select(async user => (
                user,
                member: await conversations.ReadDocumentAsync(
                    Member.DocumentId(user),
                    conversation,
                    ChatJson.Default.Member,
                    null,
                    cancellationToken)));
        foreach (var (user, (member, _)) in await Task.WhenAll(unknown))
        {
            _members[user] = member is { State: MemberState.Active } ? new HeadMember(user, member.Role) : null;
        }
    }

    /// <summary>Loads documents after the head, so that they are as new or newer. If newer, the commit on this head fails.</summary>
    private async Task LoadDocumentsAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
        var needed = batch.SelectMany(pending => pending.Command.DocumentsToLoadOn(Head!)).Distinct(StringComparer.Ordinal).ToList();
        if (needed.Count == 0)
        {
            Documents = NoDocuments;
            return;
        }

        var found = await Task.WhenAll(needed.Select(id => conversations.ReadDocumentAsync(
            id,
            conversation,
            ChatJson.Default.ConversationDocument,
            null,
            cancellationToken)));
        Documents = needed.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }
}
