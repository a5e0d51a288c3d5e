using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>Queue <c>media</c>: processes what was uploaded, and deletes what nobody needs.</summary>
public sealed class ProcessMedia(
    QueueMessageProcessor processor,
    MediaProcessing processing,
    MediaCleanup cleanup,
    MediaReferences references)
{
    /// <summary>After so many deliveries, of ten, a file is given up: processing it must have ended its process.</summary>
    private const int MaxDeliveries = 4;

    [Function(nameof(ProcessMedia))]
    public Task RunAsync(
        [ServiceBusTrigger(MediaMessage.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        processor.RunAsync(
            MediaMessage.Queue,
            message,
            actions,
            ChatJson.Default.MediaMessage,
            (content, cancel) => HandleAsync(content, isGivenUp: message.DeliveryCount > MaxDeliveries, cancel),
            cancellationToken);

    private Task HandleAsync(MediaMessage message, bool isGivenUp, CancellationToken cancellationToken) => message switch
    {
        UploadCompleted completed => processing.ProcessAsync(completed.MediaId, isGivenUp, cancellationToken),
        UploadExpired expired => cleanup.ExpireAsync(expired, isGivenUp, cancellationToken),
        MediaDue due => cleanup.DeleteUnusedAsync(due.MediaId, isNewKept: true, cancellationToken),
        ReferenceDue due => references.AlignAsync(due, cancellationToken),
        ConversationGone gone => references.ReleaseAllAsync(gone, cancellationToken),
        _ => throw new UnprocessableException("Malformed", "There is no such message."),
    };
}
