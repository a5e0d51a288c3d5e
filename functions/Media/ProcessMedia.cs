using Azure.Messaging.ServiceBus;
using Chat.Functions.Cards;
using Chat.Functions.Delivery;
using Chat.Functions.Previews;
using Chat.Functions.Reports;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Media;

/// <summary>
/// Queue <c>media</c>: processes what was uploaded, has it scanned, deletes what nobody needs, copies what was reported, takes out what was
/// taken down, and looks up links.
/// </summary>
public sealed class ProcessMedia(
    QueueMessageProcessor processor,
    MediaProcessing processing,
    MediaScan scan,
    MediaCleanup cleanup,
    MediaReferences references,
    CardTakedown takedown,
    ReportedFiles reported,
    LinkPreviews previews)
{
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
            (content, cancel) => HandleAsync(content, isRepeated: message.DeliveryCount > 1, cancel),
            cancellationToken);

    private Task HandleAsync(MediaMessage message, bool isRepeated, CancellationToken cancellationToken) => message switch
    {
        UploadCompleted completed => processing.ProcessAsync(completed.MediaId, isRepeated, cancellationToken),
        ScanDue due => scan.AskAsync(due, cancellationToken),
        VerdictGiven given => scan.TakeAsync(given, cancellationToken),
        UploadExpired expired => cleanup.ExpireAsync(expired, isRepeated, cancellationToken),
        MediaDue due => cleanup.DeleteUnusedAsync(due.MediaId, isNewKept: true, cancellationToken),
        ReferenceDue due => references.AlignAsync(due, cancellationToken),
        ConversationGone gone => references.ReleaseAllAsync(gone, cancellationToken),
        CardRevoked card => takedown.GoOnAsync(card, cancellationToken),
        FileReported file => reported.CopyAsync(file, cancellationToken),
        LinkSent link => previews.AddAsync(link, cancellationToken),
        _ => throw new UnprocessableException("Malformed", "There is no such message."),
    };
}
