using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>The members of conversations. Lists that the head has no room for are cached, each for one version of the members.</summary>
public sealed class MemberListCache(ConversationReader reader, TimeProvider time)
{
    /// <summary>How many lists are kept, of at most 256 ids each.</summary>
    private const int MaxLists = 1_000;

    /// <summary>Longer than they aren't in the push group; the difference is for the queue message by which they are added.</summary>
    private static readonly TimeSpan NewFor = PushGroups.AddedAfter * 2;

    private readonly BoundedCache<ConversationId, (long Version, IReadOnlyList<CurrentMember> Members)> _lists = new(MaxLists);
    private readonly BoundedCache<ConversationId, (long Version, IReadOnlyList<Member> Members)> _newcomers = new(MaxLists);

    /// <summary>
    /// The active members in the head's version, or a newer one. While a request isn't accepted, its sender alone, and never a member
    /// who restricts the other one: they have it only among their requests.
    /// </summary>
    /// <param name="head">The conversation.</param>
    /// <param name="session">The session token by which the head was read; null if it came with the change feed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<CurrentMember>> ReadAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        if (head.Kind == ConversationKind.Direct)
        {
            return
            [
                .. head.Members!.Where(member => !head.IsRequestTo(member.UserId))
                    .Select(member => new CurrentMember(member.UserId, member.JoinedSeq)),
            ];
        }

        if (head.Members is null && _lists.TryGet(head.ConversationId, out var kept) && kept.Version == head.MembersVersion)
        {
            return kept.Members;
        }

        if (head.Members is not null)
        {
            return await reader.MembersAsync(head, session, cancellationToken);
        }

        await SeeAsync(head, session, cancellationToken);
        var members = await reader.MembersAsync(head, session, cancellationToken);
        _lists.Set(head.ConversationId, (head.MembersVersion, members));
        return members;
    }

    /// <inheritdoc cref="ReadAsync"/>
    public async Task<IReadOnlyList<UserId>> ReadIdsAsync(Head head, Session? session, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(head, session, cancellationToken)).Select(member => member.UserId)];

    /// <summary>
    /// The active members who joined a moment ago, in the head's version or a newer one: they may not be in the push group yet. Only
    /// after a join is there anything to read.
    /// </summary>
    /// <param name="head">The conversation.</param>
    /// <param name="session">The session token by which the head was read; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<Member>> NewcomersAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - NewFor;
        if (!(head.LastJoinedAt > since))
        {
            return [];
        }

        if (!_newcomers.TryGet(head.ConversationId, out var kept) || kept.Version != head.MembersVersion)
        {
            await SeeAsync(head, session, cancellationToken);
            kept = (head.MembersVersion, await reader.JoinedSinceAsync(head.ConversationId, since, session, cancellationToken));
            _newcomers.Set(head.ConversationId, kept);
        }

        return [.. kept.Members.Where(member => member.JoinedAt > since)];
    }

    /// <summary>A lagging replica may show older members, which would then be cached for the head's version.</summary>
    private Task SeeAsync(Head head, Session? session, CancellationToken cancellationToken) =>
        session is null ? reader.RefreshSessionAsync(head.ConversationId, cancellationToken) : Task.CompletedTask;
}
