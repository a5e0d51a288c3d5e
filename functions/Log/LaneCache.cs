using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Log;

/// <summary>
/// What a lane knows of its conversation: the head with its ETag, memberships of that head's version, and the ids created lately.
/// Being wrong is harmless: a commit on an old head fails, and what is known of members holds for one version of them.
/// </summary>
internal sealed class LaneCache(ConversationId conversation, Container conversations, TimeProvider time)
{
    private const int MaxRecent = 128;
    private const int MaxMembers = 512;

    private static readonly Dictionary<string, StoredDocument<ConversationDocument>> NoDocuments = [];

    private readonly Dictionary<UserId, HeadMember?> _members = [];
    private readonly HashSet<string> _recent = new(StringComparer.Ordinal);
    private readonly Queue<string> _recentInOrder = new();
    private long _membersVersion;

    /// <summary>The head, or null when there is no such conversation.</summary>
    public Head? Head { get; private set; }

    public string? ETag { get; private set; }

    /// <summary>By which another reader sees the head.</summary>
    public Session? Session { get; private set; }

    /// <summary>What the batch's commands need, by id.</summary>
    public IReadOnlyDictionary<string, StoredDocument<ConversationDocument>> Documents { get; private set; } = NoDocuments;

    /// <summary>Reads what is missing to decide these commands.</summary>
    public async Task LoadAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
        if (Head is null)
        {
            Take(await conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head, null, cancellationToken));
        }

        if (Head is null)
        {
            return;
        }

        await Task.WhenAll(LoadMembersAsync(batch, cancellationToken), LoadDocumentsAsync(batch, cancellationToken));
    }

    /// <summary>A user's membership in the head's version; null when they aren't an active member, or weren't asked for.</summary>
    public HeadMember? MemberOf(UserId user) => Head?.Members is not null ? Head.Member(user) : _members.GetValueOrDefault(user);

    /// <summary>The instant of the next commit: in whole milliseconds and never before the last one's.</summary>
    public DateTimeOffset NextCommitTime()
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        return Head is { } head && head.CommittedAt > now ? head.CommittedAt : now;
    }

    /// <summary>Whether a document with this id was created lately, so that creating it again would fail a whole commit.</summary>
    public bool IsRecent(string? id)
    {
        lock (_recent)
        {
            return id is not null && _recent.Contains(id);
        }
    }

    /// <summary>Moves on to what was committed; without an ETag, somebody else has moved on already.</summary>
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

    /// <summary>Lets a document with this id be created again.</summary>
    public void ForgetId(string id)
    {
        lock (_recent)
        {
            _recent.Remove(id);
        }
    }

    public void ForgetHead() => (Head, ETag, Session) = (null, null, null);

    /// <summary>Takes in what <see cref="SessionHeadReader"/> found; after nothing, the head is read by what the process knows itself.</summary>
    public void TakeHead(StoredDocument<Head>? found)
    {
        if (found is not { } head)
        {
            ForgetHead();
        }
        else if (Head is not null)
        {
            Take(head);
        }
    }

    private void Take(StoredDocument<Head> found)
    {
        // By an old session, a replica may show less than is known already.
        if (found.Document is { } head && !(Head?.LastSeq >= head.LastSeq))
        {
            (Head, ETag, Session) = (head, found.ETag, found.Session);
        }
    }

    private async Task LoadMembersAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
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

    /// <summary>After the head, so that they are at least as new: if newer, the commit on this head fails.</summary>
    private async Task LoadDocumentsAsync(List<PendingAppend> batch, CancellationToken cancellationToken)
    {
        var needed = batch.SelectMany(pending => pending.Command.DocumentsToLoad).Distinct(StringComparer.Ordinal).ToList();
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
