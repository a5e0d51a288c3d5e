using Azure.Messaging.ServiceBus;
using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Delivery;

/// <summary>
/// Queue <c>fanout</c>: advances the inboxes of larger conversations, aligns push groups, pushes the counts of a channel's posts, and
/// projects what couldn't be projected at once.
/// </summary>
public sealed class FanOutToMembers(
    QueueMessageProcessor queueWork,
    EntryProjection projection,
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

    private Task FanOutAsync(FanOutMessage message, CancellationToken cancellationToken) => message switch
    {
        ProjectEntries entries => projection.ProjectRangeAsync(entries, cancellationToken),
        ProjectDocument document => ProjectAsync(document, cancellationToken),
        AdvanceInboxes advance => inboxes.AdvanceAsync(advance, cancellationToken),
        AlignPushGroup align => groups.AlignAsync(align, cancellationToken),
        AlignBlock block => blocking.AlignAsync(block, cancellationToken),
        FoldCounts fold => counting.FoldAsync(fold, cancellationToken),
        FoldComments fold => counting.FoldAsync(fold, cancellationToken),
        PushCounts push => counts.PushAsync(push, cancellationToken),
        _ => throw new NotSupportedException($"Nothing handles {message.GetType()}."),
    };

    private async Task ProjectAsync(ProjectDocument document, CancellationToken cancellationToken)
    {
        await projection.ProjectDocumentAsync(document, cancellationToken);
        if (document.DocumentId == Head.DocumentId)
        {
            await counting.FoldAsync(new FoldComments { ConversationId = document.ConversationId }, cancellationToken);
        }
    }
}
