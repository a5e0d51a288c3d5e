using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Receipts;

/// <summary>Raises how far members have read and received, in their member documents. Each raise is one conditional patch: late and repeated ones change nothing.</summary>
public sealed class ReceiptMarks(ChatContainers containers)
{
    /// <summary>Raises a member's read marker, and with it what others may know of it; false when it was there already.</summary>
    public Task<bool> RaiseReadAsync(ConversationId conversation, UserId user, long seq, long ordinal, bool isShown, CancellationToken cancellationToken)
    {
        List<PatchOperation> marks = [PatchOperation.Set("/readSeq", seq), PatchOperation.Set("/readOrdinal", ordinal)];
        if (isShown)
        {
            marks.Add(PatchOperation.Set("/receiptSeq", seq));
        }

        return RaiseAsync(conversation, user, marks, $"c.readSeq < {seq}", cancellationToken);
    }

    /// <summary>Raises how far a member has received; false when it was there already.</summary>
    public Task<bool> RaiseDeliveredAsync(ConversationId conversation, UserId user, long seq, CancellationToken cancellationToken) =>
        RaiseAsync(conversation, user, [PatchOperation.Set("/deliveredSeq", seq)], $"c.deliveredSeq < {seq}", cancellationToken);

    private async Task<bool> RaiseAsync(ConversationId conversation, UserId user, IReadOnlyList<PatchOperation> marks, string condition, CancellationToken cancellationToken)
    {
        using var response = await containers.Conversations.PatchItemStreamAsync(
            Member.DocumentId(user),
            new PartitionKey(conversation.Value),
            marks,
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false },
            cancellationToken);
        if (response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }

        response.EnsureSuccessStatusCode();
        return true;
    }
}
