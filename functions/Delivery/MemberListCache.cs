using System.Collections.Concurrent;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>Who gets a conversation's entries. Lists that the head doesn't carry are kept for one version of the members, or newer.</summary>
public sealed class MemberListCache(ConversationReader reader)
{
    /// <summary>At most 256 ids each.</summary>
    private const int MaxLists = 1_000;

    private readonly ConcurrentDictionary<ConversationId, (long Version, IReadOnlyList<UserId> Members)> _lists = new();

    /// <summary>The active members in the head's version, or a newer one.</summary>
    /// <param name="head">The conversation.</param>
    /// <param name="session">By which the head was read; null where that isn't known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<UserId>> ReadAsync(Head head, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Members is null && _lists.TryGetValue(head.ConversationId, out var kept) && kept.Version == head.MembersVersion)
        {
            return kept.Members;
        }

        if (head.Members is null && session is null)
        {
            // A replica may show an older list, which would then be kept as the head's.
            await reader.RefreshSessionAsync(head.ConversationId, cancellationToken);
        }

        var members = await reader.MemberIdsAsync(head, session, cancellationToken);
        if (head.Members is null)
        {
            if (_lists.Count >= MaxLists)
            {
                _lists.Clear();
            }

            _lists[head.ConversationId] = (head.MembersVersion, members);
        }

        return members;
    }
}
