using System.Net;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Invites;

/// <summary>Pending join requests: member documents in the state <see cref="MemberState.Requested"/>.</summary>
/// <remarks>
/// Asking and rejecting aren't part of the log, since they concern only the user who asks and those who decide. A request and the
/// use of its link are written in one batch, each under its ETag.
/// </remarks>
public sealed class JoinRequests(
    ChatContainers containers,
    InviteLinkStore store,
    MemberReader members,
    Exclusion exclusion,
    EventPush push,
    Limits limits,
    TimeProvider time)
{
    public const string Requested = "member.requested";

    /// <summary>How many conflicts a call retries before it answers 503.</summary>
    private const int MaxTries = 20;

    private readonly Container _conversations = containers.Conversations;

    /// <summary>Asks to join and tells those who decide. Idempotent.</summary>
    /// <returns>The refusal, or the session token by which a reader sees the request; neither when it existed.</returns>
    public async Task<(Problem? Refusal, Session? Session)> AskAsync(
        Head head,
        InviteCode invite,
        UserId user,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var (me, etag) = await ReadAsync(head.ConversationId, user, cancellationToken);
            var (links, linksETag) = await store.ReadAsync(head.ConversationId, cancellationToken);
            if (me is { State: MemberState.Requested or MemberState.Active })
            {
                return default;
            }

            if (me is { State: MemberState.Removed }
                || head.MemberCount == 0
                || links.Find(invite.LinkId, hasAsked: false, time.GetUtcNow()) is not { } link)
            {
                return (Problems.InviteNotFound, null);
            }

            // Exact: a concurrent request uses a link too, so the two conflict on its document.
            if ((await members.RequestsAsync(
                head.ConversationId,
                null,
                limits.JoinRequests,
                cancellationToken)).Count >= limits.JoinRequests)
            {
                return (Problems.LimitReached("joinRequests", limits.JoinRequests), null);
            }

            me ??= new Member
            {
                ConversationId = head.ConversationId,
                UserId = user,
                Role = MemberRole.Member,
                State = MemberState.Requested,
            };
            var asking = me with { State = MemberState.Requested, RequestedAt = time.GetUtcNow(), RequestedLink = invite.LinkId };
            var (isWritten, session) = await TryWriteAsync(
                asking,
                etag,
                links.WithUseOf(link, hasAsked: true),
                linksETag!,
                cancellationToken);
            if (isWritten)
            {
                await TellAsync(head, user, session, cancellationToken);
                return (null, session);
            }

            // Many may follow one link at the same time, and all write its document.
            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return (Problems.Unavailable, null);
    }

    /// <summary>Rejects a join request. Idempotent.</summary>
    /// <returns>False when there is no such request; and the session token by which a reader sees the rejection.</returns>
    public async Task<(bool IsRejected, Session? Session)> RejectAsync(
        ConversationId conversation,
        UserId user,
        CancellationToken cancellationToken)
    {
        var (state, session) = await exclusion.ExcludeAsync(
            conversation,
            user,
            member => member.State == MemberState.Requested,
            cancellationToken);
        return (state == MemberState.Removed, session);
    }

    private static MemoryStream Stream(ConversationDocument document) =>
        new(JsonSerializer.SerializeToUtf8Bytes(document, ChatJson.Default.ConversationDocument), writable: false);

    private Task<StoredDocument<Member>> ReadAsync(ConversationId conversation, UserId user, CancellationToken cancellationToken) =>
        _conversations.ReadDocumentAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member, null, cancellationToken);

    /// <summary>Writes both or none; false when either changed since it was read.</summary>
    private async Task<(bool IsWritten, Session? Session)> TryWriteAsync(
        Member asking,
        string? etag,
        InviteLinks links,
        string linksETag,
        CancellationToken cancellationToken)
    {
        static TransactionalBatchItemRequestOptions If(string? etag) => new() { IfMatchEtag = etag, EnableContentResponseOnWrite = false };
        var batch = _conversations.CreateTransactionalBatch(new PartitionKey(asking.ConversationId.Value))
            .ReplaceItemStream(InviteLinks.DocumentId, Stream(links), If(linksETag));
        batch = etag is null
            ? batch.CreateItemStream(Stream(asking), If(null))
            : batch.ReplaceItemStream(asking.Id, Stream(asking), If(etag));
        using var response = await batch.ExecuteAsync(cancellationToken);
        return response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed ? default
            : response.IsSuccessStatusCode ? (true, Session.Of(response.Headers))
            : throw new CosmosException(
                $"A join request was refused: {response.ErrorMessage}",
                response.StatusCode,
                0,
                response.ActivityId,
                response.RequestCharge);
    }

    /// <summary>Best effort: the list of join requests shows it in any case.</summary>
    private async Task TellAsync(Head head, UserId user, Session? session, CancellationToken cancellationToken)
    {
        var requested = new MemberRequested(user);
        var told = new ChatEvent(Requested, head.ConversationId, null, time.GetUtcNow(), requested) { Session = session?.Value };
        var deciding = head.Members
            ?? [
                .. (await members.ActiveAsync(head.ConversationId, cancellationToken))
                    .Select(member => new HeadMember(member.UserId, member.Role)),
            ];
        await Task.WhenAll(deciding
            .Where(member => member.Role.Has(Right.DecideJoinRequests, head.Kind))
            .Select(member => push.PushToUserAsync(member.UserId, told, cancellationToken)));
    }
}
