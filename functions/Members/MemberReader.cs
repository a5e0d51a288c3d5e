using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Members;

/// <summary>Reads many member documents at once.</summary>
public sealed class MemberReader(ChatContainers containers)
{
    /// <summary>A page of active and invited members, ordered by user id, after a user.</summary>
    public Task<IReadOnlyList<Member>> PageAsync(
        ConversationId conversation,
        UserId? after,
        int take,
        CancellationToken cancellationToken) =>
        PageAsync("c.state IN ('active', 'invited')", conversation, after, take, cancellationToken);

    /// <summary>A page of those who asked to join, ordered by user id, after a user.</summary>
    public Task<IReadOnlyList<Member>> RequestsAsync(
        ConversationId conversation,
        UserId? after,
        int take,
        CancellationToken cancellationToken) =>
        PageAsync("c.state = 'requested'", conversation, after, take, cancellationToken);

    /// <summary>All active members; at most 256.</summary>
    public Task<IReadOnlyList<Member>> ActiveAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        QueryAsync(
            new QueryDefinition("SELECT * FROM c WHERE c.type = 'member' AND c.state = 'active'"),
            conversation,
            null,
            cancellationToken);

    private Task<IReadOnlyList<Member>> PageAsync(
        string state,
        ConversationId conversation,
        UserId? after,
        int take,
        CancellationToken cancellationToken) =>
        QueryAsync(
            new QueryDefinition($"SELECT TOP @take * FROM c WHERE c.id > @after AND c.id < @end AND {state} ORDER BY c.id")
                .WithParameter("@take", take)
                .WithParameter("@after", Member.Prefix + after)
                .WithParameter("@end", Member.Prefix[..^1] + ';'),
            conversation,
            take,
            cancellationToken);

    private async Task<IReadOnlyList<Member>> QueryAsync(
        QueryDefinition query,
        ConversationId conversation,
        int? pageSize,
        CancellationToken cancellationToken) =>
        await containers.Conversations.QueryPartitionAsync(
            query,
            new PartitionKey(conversation.Value),
            ChatJson.Default.DocumentsPageMember,
            pageSize: pageSize,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
}
