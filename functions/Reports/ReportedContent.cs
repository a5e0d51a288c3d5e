using System.Collections.Concurrent;
using Chat.Functions.Channels;
using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Reports;

/// <summary>Finds what a user may report, by what they see or saw when they left, and copies it as it is now.</summary>
public sealed class ReportedContent(
    ConversationReader reader,
    MemberReader members,
    MessagePages pages,
    ChatContainers containers,
    TimeProvider time,
    Limits limits)
{
    /// <summary>Messages that are copied before a reported one, and as many after it.</summary>
    private const int Around = 5;

    /// <summary>Messages that are copied of a reported conversation: the newest.</summary>
    private const int Newest = 10;

    private const int MaxParallel = 8;

    /// <summary>How often a message is read again whose former texts aren't all there: it was taken back, or a replica lags.</summary>
    private const int MaxReads = 3;

    /// <summary>Copies a conversation's newest messages, or the messages that are meant with what was said around them.</summary>
    /// <param name="reporter">Who reports.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="messages">The messages that are meant; null for the conversation.</param>
    /// <param name="session">What the reporter has seen.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The copies; or the refusal, that of what isn't there, if they see any of it not.</returns>
    public async Task<(Reported? Reported, Problem? Refusal)> CopyAsync(
        UserId reporter,
        ConversationId conversation,
        IReadOnlyList<MessageId>? messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var head = await reader.ReadHeadAsync(conversation, session, cancellationToken);
        var seen = head is null ? null
            : head.CommentsOf is { } of ? await FindCommentsAsync(reporter, head, of, session, cancellationToken)
            : await FindAsync(reporter, head, cancellationToken);
        return seen is null ? (null, Problems.ConversationNotFound)
            : messages is not null ? await CopyMessagesAsync(seen, messages, cancellationToken)
            : seen.Part.Guest is not null ? (null, Problems.NotAllowed)
            : (await CopyConversationAsync(seen, reporter, cancellationToken), null);
    }

    /// <summary>
    /// The last entry that a user may report: any for a member, the last that they saw for a while after they left or the conversation was
    /// deleted; null when they may report nothing.
    /// </summary>
    internal static long? SeenUntil(Head head, Member member, DateTimeOffset now, TimeSpan window) => member switch
    {
        { State: MemberState.Active } when head.DeletedAt is not { } deleted || now - deleted <= window => head.LastSeq,
        { State: MemberState.Left or MemberState.Removed, LeftSeq: { } seq, LeftAt: { } at } when now - at <= window => seq,
        _ => null,
    };

    /// <summary>A conversation as far as a user sees it, or saw it not too long ago; null where they may report nothing.</summary>
    private async Task<SeenConversation?> FindAsync(UserId reporter, Head head, CancellationToken cancellationToken)
    {
        // After the head, so that it is as new at least.
        var member = await reader.ReadMemberAsync(head.ConversationId, reporter, cancellationToken);
        var asMember = member is not null && SeenUntil(head, member, time.GetUtcNow(), limits.ReportWindow) is { } last
            ? new SeenConversation(new MembershipContext(head, member), last, member.State == MemberState.Active ? null : member.LeftAt)
            : null;
        if (!head.IsChannel || member is { State: MemberState.Active })
        {
            return asMember;
        }

        // Who left may have followed since.
        var asFollower = await FindFollowedAsync(reporter, head, member, cancellationToken);
        return asFollower is null || asMember?.Until > asFollower.Until ? asMember : asFollower;
    }

    private async Task<SeenConversation?> FindFollowedAsync(
        UserId reporter,
        Head channel,
        Member? member,
        CancellationToken cancellationToken)
    {
        var (stored, _) = await containers.Users.ReadSubscriptionAsync(reporter, channel.ConversationId, cancellationToken);
        var isRemoved = member is { State: MemberState.Removed };
        var ended = stored is { IsFollowing: true } ? isRemoved ? member!.LeftAt : null : stored?.EndedAt;
        if (stored is null || (ended is null && (isRemoved || !stored.IsFollowing)))
        {
            return null;
        }

        // A channel that its last member left is gone, too, and nothing is said there any more.
        var goneAt = channel.DeletedAt ?? (channel.HasFollowers ? null : channel.CommittedAt);
        var until = Earliest(ended, goneAt);
        return IsTooLongAgo(until) ? null : new(new MembershipContext(channel, stored.AsMember()), channel.LastSeq, until);
    }

    /// <summary>The comments on a post as far as a user sees them, or saw them before the channel or the post was out of sight.</summary>
    private async Task<SeenConversation?> FindCommentsAsync(
        UserId reporter,
        Head comments,
        CommentsOf of,
        Session? session,
        CancellationToken cancellationToken)
    {
        var channel = await reader.ReadHeadAsync(of.Channel, session, cancellationToken);
        var (post, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(of.Post),
            of.Channel,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        if (channel is null || post is null || await FindAsync(reporter, channel, cancellationToken) is not { } seen || !seen.Sees(post))
        {
            return null;
        }

        var until = Earliest(seen.Until, Earliest(post.UnsentAt, comments.DeletedAt));
        var guest = Guest.Of(seen.Part);
        return IsTooLongAgo(until) ? null : new(
            new MembershipContext(comments, guest.AsMember(comments.ConversationId)) { Guest = guest },
            comments.LastSeq,
            until);
    }

    private bool IsTooLongAgo(DateTimeOffset? until) => time.GetUtcNow() - until > limits.ReportWindow;

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private async Task<Reported> CopyConversationAsync(SeenConversation seen, UserId reporter, CancellationToken cancellationToken)
    {
        var head = seen.Part.Head;
        var last = seen is { Part.IsFollower: true, Until: { } until } ? await LastAtAsync(head, until, cancellationToken) : seen.Last;
        var newest = await pages.ReadAsync(seen.Part, null, null, last + 1, Newest, cancellationToken);
        UserId? owner = head.Kind == ConversationKind.Direct
            ? head.Members!.First(member => member.UserId != reporter).UserId
            : (await members.ActiveAsync(head.ConversationId, cancellationToken))
                .FirstOrDefault(one => one.Role == MemberRole.Owner)?.UserId;
        var target = new CaseTarget { Kind = TargetKind.Conversation, ConversationId = head.ConversationId, UserId = owner };
        return new Reported(
            target,
            await ViewAsync(head, cancellationToken),
            [.. newest.Found.Where(seen.Sees).Select(message => Copy(target, message, false))]);
    }

    /// <summary>The newest message that was there at an instant: looked for from the end, among what a channel posted since.</summary>
    private async Task<long> LastAtAsync(Head head, DateTimeOffset at, CancellationToken cancellationToken) =>
        (await containers.Conversations.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.type = 'message' AND c.at <= @at ORDER BY c.seq DESC")
                .WithParameter("@at", TimestampConverter.ToText(at)),
            new PartitionKey(head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: 1,
            cancellationToken: cancellationToken).FirstOrDefaultAsync(cancellationToken))?.Seq ?? 0;

    private async Task<(Reported? Reported, Problem? Refusal)> CopyMessagesAsync(
        SeenConversation seen,
        IReadOnlyList<MessageId> ids,
        CancellationToken cancellationToken)
    {
        var head = seen.Part.Head;
        var found = await containers.Conversations.ReadDocumentsAsync(
            ids.Select(Message.DocumentId),
            head.ConversationId,
            ChatJson.Default.DocumentsPageMessage,
            cancellationToken: cancellationToken);
        var meant = found.Where(message => ids.Any(message.Is) && seen.Sees(message) && !message.IsExpiredAt(time.GetUtcNow())).ToList();
        if (meant.Count < ids.Count)
        {
            return (null, Problems.MessageNotFound);
        }

        if (meant.Exists(message => message.SenderId != meant[0].SenderId))
        {
            return (null, Problems.SeveralSenders);
        }

        var target = new CaseTarget { Kind = TargetKind.Messages, ConversationId = head.ConversationId, UserId = meant[0].SenderId };
        // Before what is around them, so that as little time as can be is between a message and its former texts.
        var (around, reported) = (new ConcurrentDictionary<long, Message>(), new ConcurrentBag<Evidence>());
        await Each.TryAsync(
            meant,
            MaxParallel,
            async (message, cancel) =>
            {
                foreach (var copy in await CopyAsync(target, message, cancel))
                {
                    reported.Add(copy);
                }
            },
            cancellationToken);
        await Each.TryAsync(
            meant,
            MaxParallel,
            async (message, cancel) =>
            {
                var (before, after) = (
                    await pages.ReadAsync(seen.Part, null, null, message.Seq, Around, cancel),
                    await pages.ReadAsync(seen.Part, null, message.Seq, null, Around, cancel));
                foreach (var other in before.Found.Concat(after.Found).Where(seen.Sees))
                {
                    around.TryAdd(other.Seq, other);
                }
            },
            cancellationToken);
        var others = around.Values
            .Where(message => !meant.Exists(one => one.Seq == message.Seq))
            .Select(message => Copy(target, message, false));
        return (new Reported(target, await ViewAsync(head, cancellationToken), [.. reported, .. others]), null);
    }

    /// <summary>A reported message with its former texts; also as it is now, if it was changed or taken back in between.</summary>
    private async Task<List<Evidence>> CopyAsync(CaseTarget target, Message message, CancellationToken cancellationToken)
    {
        var copies = new List<Evidence>();
        for (var (now, attempt) = ((Message?)message, 0); now is not null && now.Is(message.MessageId); attempt++)
        {
            copies.Add(Copy(target, now, true));
            var revisions = await RevisionsAsync(now, cancellationToken);
            copies.AddRange(revisions.Select(revision => Copy(target, now, true) with
            {
                Message = null,
                Revision = new RevisionView(revision.Number, revision.Text, revision.At),
            }));
            if (revisions.Count >= now.Revision || attempt == MaxReads)
            {
                break;
            }

            var again = await containers.Conversations.ReadDocumentsAsync(
                [Message.DocumentId(message.MessageId)],
                message.ConversationId,
                ChatJson.Default.DocumentsPageMessage,
                cancellationToken: cancellationToken);
            now = again is [var one, ..] ? one : null;
        }

        return [.. copies.DistinctBy(copy => copy.Id, StringComparer.Ordinal)];
    }

    private async Task<ReportedConversation> ViewAsync(Head head, CancellationToken cancellationToken)
    {
        var profile = await reader.ReadProfileAsync(head, null, cancellationToken);
        return new ReportedConversation(head.Kind, head.Title, profile?.Description, profile?.AvatarUrl, head.MemberCount);
    }

    private async Task<IReadOnlyList<Revision>> RevisionsAsync(Message message, CancellationToken cancellationToken) =>
        message.Revision == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            Enumerable.Range(0, message.Revision).Select(number => Revision.DocumentId(message.MessageId, number)),
            message.ConversationId,
            ChatJson.Default.DocumentsPageRevision,
            cancellationToken: cancellationToken);

    private Evidence Copy(CaseTarget target, Message message, bool isReported)
    {
        var now = time.GetUtcNow();
        return new Evidence
        {
            CaseId = target.CaseId,
            MessageId = message.MessageId,
            Seq = message.Seq,
            At = now,
            ReportedAt = isReported ? now : null,
            Message = MessageView.Of(message),
            Flags = message.Flags,
        };
    }

    /// <summary>A conversation as far as the reporter sees it, or saw it.</summary>
    /// <param name="Part">Their part in it.</param>
    /// <param name="Last">The last entry that they saw.</param>
    /// <param name="Until">Until when they saw it; null while they do, or as members did when it was deleted.</param>
    private sealed record SeenConversation(MembershipContext Part, long Last, DateTimeOffset? Until)
    {
        // A member's head may be older than a message that they see.
        public bool Sees(Message message) =>
            Part.Member.Sees(message) && (message.Seq <= Last || Part.Member.State == MemberState.Active) && !(message.At > Until);
    }
}

/// <summary>What is reported, as it was copied.</summary>
/// <param name="Conversation">Null for a user.</param>
public sealed record Reported(CaseTarget Target, ReportedConversation? Conversation, IReadOnlyList<Evidence> Evidence);
