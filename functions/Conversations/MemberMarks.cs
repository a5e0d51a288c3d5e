using System.Net;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Conversations;

/// <summary>How far a member has come in a conversation, by their own doing. A mark is a position with its ordinal, and only rises.</summary>
public sealed class MemberMarks(ChatContainers containers)
{
    /// <summary>Raises how far a member has read; where they are as far already, nothing changes.</summary>
    public Task<Session?> RaiseReadAsync(Head head, UserId user, long seq, long ordinal, CancellationToken cancellationToken) =>
        RaiseAsync(head, user, "read", seq, ordinal, cancellationToken);

    /// <summary>Raises how far a member has cleared the conversation for themselves.</summary>
    /// <returns>By which a reader sees it.</returns>
    public Task<Session?> RaiseClearedAsync(Head head, UserId user, long seq, long ordinal, CancellationToken cancellationToken) =>
        RaiseAsync(head, user, "cleared", seq, ordinal, cancellationToken);

    private async Task<Session?> RaiseAsync(Head head, UserId user, string mark, long seq, long ordinal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        using var response = await containers.Conversations.PatchItemStreamAsync(
            Member.DocumentId(user),
            new PartitionKey(head.ConversationId.Value),
            [PatchOperation.Set($"/{mark}Seq", seq), PatchOperation.Set($"/{mark}Ordinal", ordinal)],
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE c.{mark}Seq < {seq}", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (response.StatusCode != HttpStatusCode.PreconditionFailed)
        {
            response.EnsureSuccessStatusCode();
        }

        return Session.Of(response.Headers);
    }
}
