using System.Diagnostics.CodeAnalysis;
using System.Net;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Privacy;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Scheduled;

/// <summary>
/// Queue <c>scheduled</c>: sends a message that is due, if it is still scheduled for that instant. It is dropped if its sender
/// may not send it any more, or has left since, even if they came back.
/// </summary>
public sealed class SendScheduled(
    QueueMessageProcessor processor,
    ScheduledQueue queue,
    ChatContainers containers,
    MessageSender sender,
    PrivacyReader privacy,
    MessageScreening screening,
    Attaching attaching,
    StandingList standings,
    TimeProvider time,
    Limits limits)
{
    [Function(nameof(SendScheduled))]
    public Task RunAsync(
        [ServiceBusTrigger(ScheduledDue.Queue, Connection = DeliverySetup.Connection)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions,
        CancellationToken cancellationToken) =>
        processor.RunAsync(ScheduledDue.Queue, message, actions, ChatJson.Default.ScheduledDue, SendAsync, cancellationToken);

    private async Task SendAsync(ScheduledDue due, CancellationToken cancellationToken)
    {
        var session = due.Session;
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (scheduled, etag) = await containers.Conversations.ReadDocumentAsync(
                ScheduledMessage.DocumentId(due.SenderId, due.MessageId),
                due.ConversationId,
                ChatJson.Default.ScheduledMessage,
                session,
                cancellationToken);
            if (scheduled is null || scheduled.DueAt != due.DueAt)
            {
                // Cancelled, sent, never accepted, or rescheduled.
                return;
            }

            var appended = await SendAsync(scheduled, etag!, due, cancellationToken);
            if (appended is not { Refusal: null, IsRepeat: false, Entries: [] })
            {
                return;
            }

            // Cancelled meanwhile, and perhaps scheduled anew for the same instant. The queue may have dropped that alarm as a duplicate
            // of this one.
            session = appended.Session;
        }
    }

    private async Task<AppendResult> SendAsync(
        ScheduledMessage scheduled,
        string etag,
        ScheduledDue due,
        CancellationToken cancellationToken)
    {
        // The log refuses users who are banned or suspended, and their message is dropped. So the standings must be known here.
        if (!await standings.IsReadAsync())
        {
            throw new TimeoutException("Who may send isn't known just now.");
        }

        // By the current lists, which may have changed since it was scheduled.
        var content = await screening.ScreenAsync(
            scheduled.ConversationId,
            scheduled.SenderId,
            scheduled.ClientMessageId,
            scheduled.Content,
            cancellationToken);
        content = await attaching.AttachAsync(
            scheduled.ConversationId,
            scheduled.SenderId,
            scheduled.ClientMessageId,
            content,
            due.Session,
            cancellationToken);
        var isReceipt = await privacy.ShowsReadAsync(scheduled.SenderId, cancellationToken);
        var send = new SendScheduledCommand(scheduled, content, limits, isReceipt);
        var appended = await sender.SendAsync(due.ConversationId, send, due.Session, cancellationToken);
        if (appended.Refusal == Problems.Unavailable)
        {
            // The queue reschedules it.
            throw new TimeoutException("The message can't be sent just now.");
        }

        if (appended.Refusal is { Limit.Name: SlowMode.Limit or ChannelPosts.Limit, Rate.Wait: var wait })
        {
            // It goes out as soon as its sender may write again.
            await queue.DeferAsync(due, time.GetUtcNow() + wait, cancellationToken);
        }
        else if (appended.Refusal is not null || appended.IsRepeat)
        {
            // Refused or sent before: nothing will delete the document any more.
            await RemoveAsync(scheduled, etag, cancellationToken);
        }

        return appended;
    }

    /// <summary>
    /// Deletes the document as it was read. If another one is under its id by now, this fails, and the queue tries again.
    /// </summary>
    private async Task RemoveAsync(ScheduledMessage scheduled, string etag, CancellationToken cancellationToken)
    {
        using var deleted = await containers.Conversations.DeleteItemStreamAsync(
            scheduled.Id,
            new PartitionKey(scheduled.ConversationId.Value),
            new ItemRequestOptions { IfMatchEtag = etag },
            cancellationToken);
        if (deleted.StatusCode != HttpStatusCode.NotFound)
        {
            deleted.EnsureSuccessStatusCode();
        }
    }
}

/// <summary>
/// Sends a scheduled message and deletes its document in one commit. Does nothing if the document is gone, or is another one: cancelled
/// and scheduled anew.
/// </summary>
internal sealed record SendScheduledCommand : ContactCommand
{
    private readonly ScheduledMessage _scheduled;
    private readonly SendMessageCommand _message;

    [SetsRequiredMembers]
    public SendScheduledCommand(ScheduledMessage scheduled, MessageContent content, Limits limits, bool isReceipt)
    {
        Actor = scheduled.SenderId;
        _scheduled = scheduled;
        _message = new SendMessageCommand(scheduled.ConversationId, scheduled.SenderId, scheduled.ClientMessageId, content, limits)
        {
            IsReceipt = isReceipt,
        };
    }

    public override string? RepeatId => _message.RepeatId;

    public override bool MayBeRequest => _message.MayBeRequest;

    private SendMessageCommand Checked => _message with { Contact = Contact };

    public override IReadOnlyList<UserId> MembersToLoad => _message.MembersToLoad;

    public override IReadOnlyList<string> DocumentsToLoadOn(Head head) =>
        [_scheduled.Id, Member.DocumentId(Actor), .. _message.DocumentsToLoadOn(head)];

    public override Decision Decide(in DecisionContext context)
    {
        var stored = context.Find<ScheduledMessage>(_scheduled.Id);
        if (context.Head is { } head && (stored?.IsSameAs(_scheduled) != true || stored.JoinedSeq != _scheduled.JoinedSeq))
        {
            return Decision.Unchanged(head);
        }

        if (!_scheduled.IsOf(context.Find<Member>(Member.DocumentId(Actor))))
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var decision = Checked.Decide(context);
        return decision.Entries.Count > 0 ? decision with { Removed = [_scheduled.Id] } : decision;
    }
}
