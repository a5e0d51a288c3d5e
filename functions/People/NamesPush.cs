using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.People;

/// <summary>
/// Pushes a user's new name and picture to their own connections and to their newest conversations; best effort. Others see it when
/// they ask for profiles.
/// </summary>
public sealed class NamesPush(ChatContainers containers, EventPush push, TimeProvider time)
{
    /// <summary>Each is one request to SignalR and one read.</summary>
    private const int MaxConversations = 50;

    /// <summary>Pushes what changed, if anything that others see did.</summary>
    public async Task PushAsync(Person before, Person after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (ProfileView.Of(before) with { Version = after.Version } == ProfileView.Of(after))
        {
            return;
        }

        var user = after.UserId;
        var updated = new ChatEvent(ProfileView.Updated, null, null, time.GetUtcNow(), ProfileView.Of(after));
        await push.PushToUserAsync(user, updated, cancellationToken);
        var heads = await NewestAsync(user, cancellationToken);
        await Task.WhenAll(heads.Select(head => head switch
        {
            { DeletedAt: not null } => Task.CompletedTask,
            { Kind: ConversationKind.Group } => push.PushToMembersAsync(head, updated, cancellationToken),
            _ when head.Shows(user) => push.PushToOthersAsync(head, [user], updated, cancellationToken),
            _ => Task.CompletedTask,
        }));
    }

    private async Task<IReadOnlyList<Head>> NewestAsync(UserId user, CancellationToken cancellationToken)
    {
        var newest = await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT TOP @take * FROM c WHERE c.activity < '~' ORDER BY c.activity DESC")
                .WithParameter("@take", MaxConversations),
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageInboxEntry,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return newest.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            newest.Select(entry => (Head.DocumentId, new PartitionKey(entry.ConversationId.Value))),
            ChatJson.Default.DocumentsPageHead,
            cancellationToken: cancellationToken);
    }
}
