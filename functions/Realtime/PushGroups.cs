using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>Keeps the members of a group conversation in its SignalR group, so that one send reaches them all.</summary>
/// <remarks>
/// Memberships have a TTL, since SignalR keeps only the latest 100 per user of those without. They are made when a member joins and renewed
/// when the user negotiates, if more than half is spent. Losing one costs pushes, never messages.
/// </remarks>
public sealed class PushGroups(ChatHub hub, ConversationReader reader, InboxProjection inbox, ChatContainers containers, TimeProvider time, ILogger<PushGroups> logger)
{
    /// <summary>How long a membership lives.</summary>
    private static readonly TimeSpan Ttl = TimeSpan.FromDays(30);

    /// <summary>How long a caller waits; what is left goes on in the background.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 16 };

    /// <summary>Puts users into a group conversation's group, waiting at most two seconds. Failures are logged: the next negotiate renews.</summary>
    public async Task TryJoinAsync(Head head, IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Kind == ConversationKind.Direct)
        {
            return;
        }

        var joining = Parallel.ForEachAsync(users, Parallelism, async (user, _) => await hub.JoinAsync(user, head.ConversationId, Ttl, CancellationToken.None));
        try
        {
            await joining.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.JoinFailed(exception, head.ConversationId);
        }
    }

    /// <summary>Renews a user's memberships that are more than half spent.</summary>
    public async Task RenewAsync(UserId user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT * FROM c WHERE c.pushUntil < @half").WithParameter("@half", (now + (Ttl / 2)).ToUnixTimeSeconds()),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(due, Parallelism, async (entry, _) => await RenewAsync(user, entry.ConversationId, now + Ttl, cancellationToken));
    }

    private async Task RenewAsync(UserId user, ConversationId conversation, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await hub.JoinAsync(user, conversation, Ttl, cancellationToken);

        // A removal may have passed between the inbox and the join: whoever comes second undoes the join.
        if (await reader.ReadMemberAsync(conversation, user, cancellationToken) is { State: MemberState.Active })
        {
            await inbox.SetPushUntilAsync(user, conversation, until, cancellationToken);
        }
        else
        {
            await hub.LeaveAsync(user, conversation, cancellationToken);
        }
    }
}
