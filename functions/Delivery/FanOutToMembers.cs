using Azure.Messaging.ServiceBus;
using Chat.Functions.Blocks;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Delivery;

/// <summary>
/// Queue <c>fanout</c>: advances the inboxes of larger conversations, aligns push groups, pushes the counts of a channel's posts, and does
/// what couldn't be done at once for a page of the change feed.
/// </summary>
public sealed class FanOutToMembers(
    QueueMessageProcessor queueWork,
    CommittedReader log,
    EntryProjection projection,
    FollowUps followUps,
    DeliveryQueue queue,
    FeedHistory history,
    InboxFanOut inboxes,
    PushGroupAlignment groups,
    Blocking blocking,
    PostCounting counting,
    CountsPush counts)
{
    [Function(nameof(FanOutToMembers))]
    public Task RunAsync(
        [ServiceBusTrigger(FanOutMessage.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        queueWork.RunAsync(FanOutMessage.Queue, message, actions, ChatJson.Default.FanOutMessage, FanOutAsync, cancellationToken);

    internal Task FanOutAsync(FanOutMessage message, CancellationToken cancellationToken) => message switch
    {
        ProjectEntries entries => projection.ProjectRangeAsync(entries, cancellationToken),
        ProjectDocument document => FollowAsync(document, cancellationToken),
        AdvanceInboxes advance => inboxes.AdvanceAsync(advance, cancellationToken),
        AlignPushGroup align => groups.AlignAsync(align, cancellationToken),
        AlignBlock block => blocking.AlignAsync(block, cancellationToken),
        FoldCounts fold => counting.FoldAsync(fold, cancellationToken),
        FoldComments fold => counting.FoldAsync(fold, cancellationToken),
        PushCounts push => counts.PushAsync(push, cancellationToken),
        _ => throw new NotSupportedException($"Nothing handles {message.GetType()}."),
    };

    private async Task FollowAsync(ProjectDocument document, CancellationToken cancellationToken)
    {
        if (await log.ReadChangeAsync(document.ConversationId, document.DocumentId, cancellationToken) is not { } changed)
        {
            return;
        }

        // By messages of their own: a list that can't be written has nothing else done again.
        foreach (var entries in changed.Ranges())
        {
            await queue.EnqueueAsync(entries, null, cancellationToken);
        }

        await followUps.EnqueueAsync(changed, document.Since ?? history.End, cancellationToken);
        await counting.FoldAsync(changed.Head, cancellationToken, cancellationToken);
    }
}
