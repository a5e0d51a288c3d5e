using System.Collections.Concurrent;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>The members of conversations. Lists that the head has no room for are cached, each for one version of the members.</summary>
public sealed class MemberListCache(ConversationReader reader)
{
    /// <summary>How many lists are kept, of at most 256 ids each.</summary>
    private const int MaxLists = 1_000;

    private readonly ConcurrentDictionary<ConversationId, (long Version, IReadOnlyList<UserId> Members)> _lists = new();

    /// <summary>
    /// The active members in the head's version, or a newer one. While a request isn't accepted, its sender alone, and never a member
    /// who restricts the other one: they have it only among their requests.
    /// </summary>
    /// <param name="head">The conversation.</param>
    /// <param name="session">The session token by which the head was read; null if it came with the change feed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<UserId>> ReadAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        if (head.Kind == ConversationKind.Direct)
        {
            return [.. head.Members!.Select(member => member.UserId).Where(user => !head.IsRequestTo(user))];
        }

        if (head.Members is null && _lists.TryGetValue(head.ConversationId, out var kept) && kept.Version == head.MembersVersion)
        {
            return kept.Members;
        }

        if (head.Members is null && session is null)
        {
            // A lagging replica may show an older list, which would then be cached for the head's version.
            await reader.RefreshSessionAsync(head.ConversationId, cancellationToken);
        }

        var members = await reader.MemberIdsAsync(head, session, cancellationToken);
        if (head.Members is null)
        {
            if (_lists.Count >= MaxLists)
            {
                // Simpler than a least-recently-used order, and as good: one query fills a list again.
                _lists.Clear();
            }

            _lists[head.ConversationId] = (head.MembersVersion, members);
        }

        return members;
    }
}
