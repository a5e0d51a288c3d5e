using System.Net;
using System.Text.Json.Serialization.Metadata;
using Chat.Functions.Channels;
using Chat.Functions.Comments;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Conversations;

/// <summary>Reads a conversation's head and members.</summary>
/// <remarks>
/// Reads within a conversation are monotonic: it is one logical partition, and the SDK keeps a session token for it. So a member
/// that is read after the head is at least as new as the head.
/// </remarks>
public sealed class ConversationReader(ChatContainers containers)
{
    private static readonly QueryDefinition ActiveMembers =
        new("SELECT c.userId, c.role, c.joinedSeq FROM c WHERE c.type = 'member' AND c.state = 'active'");

    private static readonly QueryDefinition FirstActiveMembers =
        new($"SELECT TOP {ConversationView.MaxMembers} c.userId, c.role FROM c WHERE c.type = 'member' AND c.state = 'active'");

    private static readonly Task<MembershipContext?> NoPart = Task.FromResult<MembershipContext?>(null);

    private readonly Container _conversations = containers.Conversations;

    /// <summary>The head, even of a deleted conversation; null when there is no such conversation.</summary>
    public Task<Head?> ReadHeadAsync(ConversationId conversation, Session? session, CancellationToken cancellationToken) =>
        ReadAsync(Head.DocumentId, conversation, ChatJson.Default.Head, session, cancellationToken);

    /// <summary>The head with the session token by which another process reads it or something newer.</summary>
    public Task<StoredDocument<Head>> ReadStoredHeadAsync(
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken) =>
        ReadStoredAsync(Head.DocumentId, conversation, ChatJson.Default.Head, session, cancellationToken);

    /// <summary>
    /// The head of a conversation of which the user is an active member; null for any other, whether or not it exists.
    /// </summary>
    public async Task<Head?> ReadHeadForAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken) =>
        await ReadHeadAsync(conversation, session, cancellationToken) is { DeletedAt: null } head
            && await IsMemberAsync(head, user, cancellationToken)
            ? head
            : null;

    /// <summary>The head and the user's member document; null unless the user is an active member.</summary>
    public async Task<MembershipContext?> ReadForAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken)
    {
        // Both reads at once: one round trip instead of two.
        var reading = ReadHeadAsync(conversation, session, cancellationToken);
        var member = await ReadAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member, session, cancellationToken);
        return await reading is { DeletedAt: null } head && member is { State: MemberState.Active } ? new(head, member) : null;
    }

    /// <summary>
    /// The head and the member document of a user who sees the conversation; of a channel's follower, what stands for one. Null for
    /// everybody else, and for the comments on a post.
    /// </summary>
    public Task<MembershipContext?> ReadAsViewerAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken) =>
        ReadAsViewerAsync(user, conversation, ofComments: (_, _) => NoPart, session, cancellationToken);

    /// <summary>As <see cref="ReadAsViewerAsync(UserId, ConversationId, Session?, CancellationToken)"/>, and comments, too.</summary>
    public Task<MembershipContext?> ReadAsReaderAsync(
        UserId user,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken) =>
        ReadAsViewerAsync(
            user,
            conversation,
            async (head, of) => await ReadPostAsync(user, of, session, cancellationToken) is { } channel
                ? new(head, Guest.Of(channel).AsMember(conversation)) { Guest = Guest.Of(channel) }
                : null,
            session,
            cancellationToken);

    /// <summary>A user's part in the channel of a post that takes comments, or did; null when they don't see the post.</summary>
    public async Task<MembershipContext?> ReadPostAsync(
        UserId user,
        CommentsOf of,
        Session? session,
        CancellationToken cancellationToken)
    {
        var reading = ReadAsync(Message.DocumentId(of.Post), of.Channel, ChatJson.Default.Message, session, cancellationToken);
        var channel = await ReadAsViewerAsync(user, of.Channel, session, cancellationToken);
        return await reading is { IsUnsent: false } post && channel?.Member.Sees(post) == true ? channel : null;
    }

    /// <summary>Whether a post is there by everything that is stored by now: neither taken back nor of a channel that is gone.</summary>
    public async Task<bool> IsThereAsync(CommentsOf of, CancellationToken cancellationToken)
    {
        await RefreshSessionAsync(of.Channel, cancellationToken);
        var reading = ReadAsync(Message.DocumentId(of.Post), of.Channel, ChatJson.Default.Message, null, cancellationToken);
        var channel = await ReadHeadAsync(of.Channel, null, cancellationToken);
        return await reading is { IsUnsent: false } && channel is { HasFollowers: true };
    }

    private async Task<MembershipContext?> ReadAsViewerAsync(
        UserId user,
        ConversationId conversation,
        Func<Head, CommentsOf, Task<MembershipContext?>> ofComments,
        Session? session,
        CancellationToken cancellationToken)
    {
        var reading = ReadHeadAsync(conversation, session, cancellationToken);
        var member = await ReadAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member, session, cancellationToken);
        return await reading is not { DeletedAt: null } head ? null
            : head.CommentsOf is { } of ? await ofComments(head, of)
            : member is { State: MemberState.Active } ? new(head, member)
            : member is { State: MemberState.Removed } ? null
            : await containers.FollowingAsync(head, user, cancellationToken) is { } subscription ? new(head, subscription.AsMember())
            : null;
    }

    /// <summary>The subscription of a user who follows a channel; null where they don't, or it is none.</summary>
    /// <remarks>Who was removed follows no more, though their subscription may not say so yet, or never does after a crash.</remarks>
    public async Task<Subscription?> ReadSubscriptionAsync(Head head, UserId user, CancellationToken cancellationToken) =>
        await containers.FollowingAsync(head, user, cancellationToken) is { } following
        && !await IsRemovedAsync(head, user, cancellationToken)
            ? following
            : null;

    /// <summary>Whether a user was removed from a conversation and not added since.</summary>
    public async Task<bool> IsRemovedAsync(Head head, UserId user, CancellationToken cancellationToken) =>
        await ReadMemberAsync(head.ConversationId, user, cancellationToken) is { State: MemberState.Removed };

    /// <summary>
    /// Whether a channel is private by everything that is stored by now: by a write whose condition holds only then, and which changes
    /// nothing. 1 RU where it isn't.
    /// </summary>
    /// <exception cref="CosmosException">The store couldn't tell.</exception>
    public async Task<bool> IsPrivateByNowAsync(ConversationId channel, CancellationToken cancellationToken)
    {
        using var touched = await _conversations.PatchItemStreamAsync(
            Head.DocumentId,
            new PartitionKey(channel.Value),
            [PatchOperation.Set("/kind", "channel")],
            new PatchItemRequestOptions
            {
                FilterPredicate = "FROM c WHERE c.visibility = 'private'",
                EnableContentResponseOnWrite = false,
            },
            cancellationToken);
        if (touched.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        touched.EnsureSuccessStatusCode();
        return true;
    }

    /// <summary>Whether a conversation is a channel that the user follows, or the comments on a post that they see.</summary>
    public async Task<bool> IsFollowerAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        await ReadHeadAsync(conversation, null, cancellationToken) is { DeletedAt: null } head
        && (head.CommentsOf is { } of
            ? await ReadPostAsync(user, of, null, cancellationToken) is not null
            : await ReadSubscriptionAsync(head, user, cancellationToken) is not null);

    /// <summary>Whether the user is an active member, as of this head or later.</summary>
    public async Task<bool> IsMemberAsync(Head head, UserId user, CancellationToken cancellationToken)
    {
        return head.Members is not null
            ? head.Member(user) is not null
            : await ReadMemberAsync(head.ConversationId, user, cancellationToken) is { State: MemberState.Active };
    }

    /// <summary>A user's member document; null when they were never a member.</summary>
    public Task<Member?> ReadMemberAsync(ConversationId conversation, UserId user, CancellationToken cancellationToken) =>
        ReadAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member, null, cancellationToken);

    /// <summary>A user's member document, as of the session or later; null when they were never a member.</summary>
    public Task<Member?> ReadMemberAsync(
        ConversationId conversation,
        UserId user,
        Session? session,
        CancellationToken cancellationToken) =>
        ReadAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member, session, cancellationToken);

    /// <summary>The active members who joined after an instant, without those with whom the group was created.</summary>
    public async Task<IReadOnlyList<Member>> JoinedSinceAsync(
        ConversationId conversation,
        DateTimeOffset since,
        Session? session,
        CancellationToken cancellationToken) =>
        await _conversations.QueryPartitionAsync(
            new QueryDefinition(
                "SELECT * FROM c WHERE c.type = 'member' AND c.state = 'active' AND c.joinedSeq > 1 AND c.joinedAt > @since")
                .WithParameter("@since", TimestampConverter.ToText(since)),
            new PartitionKey(conversation.Value),
            ChatJson.Default.DocumentsPageMember,
            session,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

    /// <inheritdoc cref="CosmosDocuments.RefreshSessionAsync"/>
    public Task RefreshSessionAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        _conversations.RefreshSessionAsync(Head.DocumentId, new PartitionKey(conversation.Value), cancellationToken);

    /// <inheritdoc cref="StoredSubscriptions.RefreshPartAsync"/>
    public Task RefreshPartAsync(UserId user, ConversationId channel, CancellationToken cancellationToken) =>
        containers.RefreshPartAsync(user, channel, cancellationToken);

    /// <summary>A group's profile; null while it has none.</summary>
    public async Task<GroupProfile?> ReadProfileAsync(Head head, Session? session, CancellationToken cancellationToken) =>
        head.ProfileSeq == 0
            ? null
            : await ReadAsync(GroupProfile.DocumentId, head.ConversationId, ChatJson.Default.GroupProfile, session, cancellationToken);

    /// <summary>
    /// The ordinal of the last message at or before a position. It is one less than the next message's, since those before may
    /// have expired.
    /// </summary>
    public async Task<long> OrdinalAtAsync(Head head, long seq, CancellationToken cancellationToken)
    {
        if (head.LastMessage is null || seq >= head.LastMessage.Seq)
        {
            return head.MessageCount;
        }

        var query = new QueryDefinition("SELECT TOP 1 * FROM c WHERE c.type = 'message' AND c.seq > @seq ORDER BY c.seq")
            .WithParameter("@seq", seq);
        var next = await _conversations.QueryPartitionAsync(
            query,
            new PartitionKey(head.ConversationId.Value),
            ChatJson.Default.DocumentsPageMessage,
            pageSize: 1,
            cancellationToken: cancellationToken).FirstOrDefaultAsync(cancellationToken);
        return next?.Ordinal - 1 ?? head.MessageCount;
    }

    /// <summary>The ids of all active members: from the head while it lists them, otherwise by a query.</summary>
    public async Task<IReadOnlyList<UserId>> MemberIdsAsync(Head head, Session? session, CancellationToken cancellationToken) =>
        [.. (await MembersAsync(head, session, cancellationToken)).Select(member => member.UserId)];

    /// <summary>All active members: from the head while it lists them, otherwise by a query.</summary>
    public async Task<IReadOnlyList<CurrentMember>> MembersAsync(Head head, Session? session, CancellationToken cancellationToken) =>
        [
            .. (head.Members ?? await QueryAsync(ActiveMembers, head.ConversationId, session, cancellationToken))
                .Select(member => new CurrentMember(member.UserId, member.JoinedSeq)),
        ];

    /// <summary>
    /// All active members, and those who are still to join a new group because its first commit had no room for them. Whoever comes in
    /// between is to be looked at beside them, too.
    /// </summary>
    public async Task<IReadOnlyList<UserId>> MembersToBeAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        var members = await MemberIdsAsync(head, session, cancellationToken);
        if (head.Members is not null)
        {
            return members;
        }

        // Who left, or was removed, has a document and doesn't join by it any more.
        var first = await ReadAsync(LogEvent.DocumentId(1), head.ConversationId, ChatJson.Default.LogEntry, session, cancellationToken);
        IReadOnlyList<UserId> missing = [.. ((first as LogEvent)?.FurtherMembers ?? []).Except(members)];
        var known = missing.Count == 0 ? [] : await _conversations.ReadDocumentsAsync(
            missing.Select(Member.DocumentId),
            head.ConversationId,
            ChatJson.Default.DocumentsPageMember,
            session,
            cancellationToken);
        return [.. members, .. missing.Except(known.Select(member => member.UserId))];
    }

    /// <summary>The members that an answer shows, at most <see cref="ConversationView.MaxMembers"/>.</summary>
    public async Task<IReadOnlyList<HeadMember>> FirstMembersAsync(Head head, CancellationToken cancellationToken) =>
        head.Members ?? await QueryAsync(FirstActiveMembers, head.ConversationId, null, cancellationToken);

    private async Task<T?> ReadAsync<T>(
        string id,
        ConversationId conversation,
        JsonTypeInfo<T> type,
        Session? session,
        CancellationToken cancellationToken)
        where T : class =>
        (await ReadStoredAsync(id, conversation, type, session, cancellationToken)).Document;

    private async Task<StoredDocument<T>> ReadStoredAsync<T>(
        string id,
        ConversationId conversation,
        JsonTypeInfo<T> type,
        Session? session,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await _conversations.ReadDocumentAsync(id, conversation, type, session, cancellationToken);
        }
        // A client may send any token. One that this account never issued must not lock it out.
        catch (CosmosException exception) when (session is not null && CosmosFailures.IsSessionUnknown(exception))
        {
            return await _conversations.ReadDocumentAsync(id, conversation, type, null, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<HeadMember>> QueryAsync(
        QueryDefinition query,
        ConversationId conversation,
        Session? session,
        CancellationToken cancellationToken) =>
        await _conversations.QueryPartitionAsync(
            query,
            new PartitionKey(conversation.Value),
            ChatJson.Default.DocumentsPageHeadMember,
            session,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
}
