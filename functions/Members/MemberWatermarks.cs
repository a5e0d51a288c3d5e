using System.Net;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Members;

/// <summary>
/// Raises members' watermarks (read, delivered, cleared) in their member documents. A watermark only rises: each write is one
/// conditional patch, so a late or repeated one changes nothing.
/// </summary>
public sealed class MemberWatermarks(ChatContainers containers)
{
    /// <summary>Raises the read watermark, and with it the one that others may see if the member shares receipts.</summary>
    public Task<WatermarkResult> RaiseReadAsync(
        ConversationId conversation,
        UserId user,
        long seq,
        long ordinal,
        bool isShown,
        CancellationToken cancellationToken)
    {
        List<PatchOperation> marks = [PatchOperation.Set("/readSeq", seq), PatchOperation.Set("/readOrdinal", ordinal)];
        if (isShown)
        {
            marks.Add(PatchOperation.Set("/receiptSeq", seq));
        }

        return RaiseAsync(conversation, user, marks, $"c.readSeq < {seq}", cancellationToken);
    }

    /// <summary>Raises the delivered watermark.</summary>
    public Task<WatermarkResult> RaiseDeliveredAsync(
        ConversationId conversation,
        UserId user,
        long seq,
        CancellationToken cancellationToken) =>
        RaiseAsync(conversation, user, [PatchOperation.Set("/deliveredSeq", seq)], $"c.deliveredSeq < {seq}", cancellationToken);

    /// <summary>Raises the watermark up to which a member cleared the conversation.</summary>
    public Task<WatermarkResult> RaiseClearedAsync(
        ConversationId conversation,
        UserId user,
        long seq,
        long ordinal,
        CancellationToken cancellationToken) =>
        RaiseAsync(
            conversation,
            user,
            [PatchOperation.Set("/clearedSeq", seq), PatchOperation.Set("/clearedOrdinal", ordinal)],
            $"c.clearedSeq < {seq}",
            cancellationToken);

    private async Task<WatermarkResult> RaiseAsync(
        ConversationId conversation,
        UserId user,
        IReadOnlyList<PatchOperation> marks,
        string condition,
        CancellationToken cancellationToken)
    {
        using var response = await containers.Conversations.PatchItemStreamAsync(
            Member.DocumentId(user),
            new PartitionKey(conversation.Value),
            marks,
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE {condition}", EnableContentResponseOnWrite = false },
            cancellationToken);
        var wasThere = response.StatusCode == HttpStatusCode.PreconditionFailed;
        if (!wasThere)
        {
            response.EnsureSuccessStatusCode();
        }

        return new(!wasThere, Session.Of(response.Headers));
    }
}

/// <summary>The result of raising a watermark.</summary>
/// <param name="Moved">False when the watermark was there already.</param>
/// <param name="Session">The session token by which a reader sees the watermark.</param>
public readonly record struct WatermarkResult(bool Moved, Session? Session);
