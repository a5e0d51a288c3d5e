using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;

namespace Chat.Functions.Delivery;

/// <summary>Keeps places in a conversation's push group in line with who joined and left, until SignalR confirmed it.</summary>
public sealed class PushGroupAlignment(CommittedReader log, ConversationReader reader, PushGroups groups, InboxProjection inbox)
{
    private const int MaxParallel = 16;

    /// <summary>Makes and ends places as the memberships are now.</summary>
    /// <exception cref="RealtimeException">SignalR didn't confirm it for all of them.</exception>
    public async Task AlignAsync(AlignPushGroup align, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(align);
        await reader.RefreshSessionAsync(align.ConversationId, cancellationToken);
        var (head, session) = await log.ReadHeadAsync(align.ConversationId, align.Seq, null, cancellationToken);
        if (head.DeletedAt is not null)
        {
            await groups.EmptyAsync(align.ConversationId, align.Users, cancellationToken);
            return;
        }

        // Those who aren't members have no list in which it could be noted.
        var until = await groups.AlignAsync(align.ConversationId, align.Users, session, cancellationToken);
        await Each.TryAsync(
            align.Users,
            MaxParallel,
            (user, cancel) => inbox.TrySetPushUntilAsync(user, align.ConversationId, until, cancel),
            cancellationToken);
    }
}
