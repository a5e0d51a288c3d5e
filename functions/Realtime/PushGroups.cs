using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Realtime;

/// <summary>Keeps the members of a group conversation in its SignalR group, and nobody else, so that one send reaches them all.</summary>
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

    /// <summary>Brings users' places in a group conversation's group in line with their memberships, waiting at most two seconds. Failures are logged.</summary>
    /// <remarks>Delivery does it again; whoever is still missing from it is put in at their next negotiate.</remarks>
    public async Task TryAlignAsync(Head head, IReadOnlyList<UserId> users, Session? session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.Kind == ConversationKind.Direct)
        {
            return;
        }

        var aligning = AlignAsync(head.ConversationId, users, session);
        try
        {
            await aligning.WaitAsync(Patience, time, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AlignFailed(exception, head.ConversationId);
        }
    }

    /// <summary>Brings users' places in a conversation's group in line with their memberships.</summary>
    /// <exception cref="PushGroupException">SignalR didn't confirm that for all of them.</exception>
    public Task AlignAsync(ConversationId conversation, IReadOnlyList<UserId> users, Session? session) =>
        Parallel.ForEachAsync(users, Parallelism, async (user, _) => await AlignAsync(conversation, user, session));

    /// <summary>Takes everybody out of the group of a conversation that isn't there any more.</summary>
    /// <exception cref="PushGroupException">SignalR didn't confirm that for all of them.</exception>
    public Task EmptyAsync(ConversationId conversation, IReadOnlyList<UserId> users) =>
        Parallel.ForEachAsync(users, Parallelism, async (user, _) => await PlaceAsync(conversation, user, isMember: false));

    /// <summary>Renews a user's memberships that are more than half spent.</summary>
    public async Task RenewAsync(UserId user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT * FROM c WHERE c.pushUntil < @half").WithParameter("@half", (now + (Ttl / 2)).ToUnixTimeSeconds()),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(due, Parallelism, async (entry, _) =>
        {
            await AlignAsync(entry.ConversationId, user, null);
            await inbox.SetPushUntilAsync(user, entry.ConversationId, now + Ttl, cancellationToken);
        });
    }

    /// <summary>A membership may change between looking and placing: whoever comes last looks again.</summary>
    private async Task AlignAsync(ConversationId conversation, UserId user, Session? session)
    {
        for (bool? isIn = null; ;)
        {
            var isMember = await reader.IsActiveAsync(conversation, user, session, CancellationToken.None);
            if (isMember == isIn)
            {
                return;
            }

            await PlaceAsync(conversation, user, isMember);
            isIn = isMember;
        }
    }

    private async Task PlaceAsync(ConversationId conversation, UserId user, bool isMember)
    {
        try
        {
            await (isMember ? hub.JoinAsync(user, conversation, Ttl, CancellationToken.None) : hub.LeaveAsync(user, conversation, CancellationToken.None));
        }
        catch (Exception exception)
        {
            // Whatever the package throws, it is the service that can't be asked.
            throw new PushGroupException(exception);
        }
    }
}

/// <summary>SignalR didn't confirm that a user is in a group, or out of it.</summary>
public sealed class PushGroupException(Exception inner) : Exception("SignalR Service didn't confirm a change of a group.", inner);
