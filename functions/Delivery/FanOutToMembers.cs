using Azure.Messaging.ServiceBus;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Delivery;

/// <summary>Queue <c>fanout</c>: moves a larger conversation's inboxes forward, some members a message, and notes the range as delivered after the last.</summary>
public sealed class FanOutToMembers(QueueWork queueWork, InboxProjection inbox, DeliveryQueue queue, DeliveredMarks marks)
{
    /// <summary>A few round trips' worth, well within the lock of a minute.</summary>
    private const int MembersPerMessage = 64;

    [Function(nameof(FanOutToMembers))]
    public Task RunAsync(
        [ServiceBusTrigger(EntriesPushed.Queue, Connection = DeliverySetup.Connection, AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        queueWork.RunAsync(EntriesPushed.Queue, message, actions, ChatJson.Default.EntriesPushed, FanOutAsync, cancellationToken);

    private async Task FanOutAsync(EntriesPushed pushed, CancellationToken cancellationToken)
    {
        await pushed.Change.ApplyAsync(inbox, pushed.Members.Take(MembersPerMessage), cancellationToken);
        var rest = pushed.Members.Skip(MembersPerMessage).ToList();
        await (rest.Count > 0
            ? queue.SendAsync(pushed with { Members = rest }, cancellationToken)
            : marks.RaiseAsync(pushed.Change.Change.ConversationId, new SeqRange(pushed.First, pushed.Last), cancellationToken));
    }
}
