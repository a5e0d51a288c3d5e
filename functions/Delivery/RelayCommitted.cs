using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Delivery;

/// <summary>
/// The sweep: follows the change feed of conversations and hands over what was committed and isn't delivered, whatever became of the first
/// hand-over. Its hand-overs look at themselves again until the range is delivered.
/// </summary>
public sealed class RelayCommitted(DeliveredMarks marks, DeliveryQueue queue, SweepSchedule schedule, ILogger<RelayCommitted> logger)
{
    // Without a retry policy the trigger would skip a batch that throws.
    [Function(nameof(RelayCommitted))]
    [ExponentialBackoffRetry(-1, "00:00:01", "00:01:00")]
    public async Task RunAsync(
        [CosmosDBTrigger(
            ChatContainers.Database,
            ChatContainers.ConversationsName,
            Connection = DeliverySetup.CosmosConnection,
            LeaseContainerName = ChatContainers.LeasesName,
            StartFromBeginning = true)] IReadOnlyList<ChangedDocument> changes,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        foreach (var head in changes.Where(change => change.Id == Head.DocumentId))
        {
            await RelayAsync(head, cancellationToken);
        }
    }

    private async Task RelayAsync(ChangedDocument head, CancellationToken cancellationToken)
    {
        if (!ConversationId.TryParse(head.ConversationId, out var conversation) || head.LastSeq < 1)
        {
            logger.NotAHead(head.ConversationId);
            return;
        }

        if (marks.HasFinished(conversation, head.LastSeq) || schedule.HasLook(conversation, head.CommittedAt))
        {
            return;
        }

        var mark = await marks.ReadAsync(conversation, cancellationToken);
        if (mark.DeliveredSeq >= head.LastSeq && mark.InboxesReach(head.LastSeq))
        {
            return;
        }

        var look = schedule.First(head.CommittedAt);
        await queue.SendAsync(
            new EntriesCommitted { ConversationId = conversation, First = Math.Min(mark.DeliveredSeq + 1, head.LastSeq), Last = head.LastSeq, Sweep = 1, Due = look },
            look,
            cancellationToken);
        schedule.Remember(conversation, look);
    }
}

/// <summary>A changed document, as far as the sweep looks at it.</summary>
public sealed record ChangedDocument
{
    public string Id { get; init; } = "";

    public string ConversationId { get; init; } = "";

    public long LastSeq { get; init; }

    public DateTimeOffset CommittedAt { get; init; }
}
