using System.Net;
using System.Text.Json;
using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Scheduled;

/// <summary>
/// <c>POST /conversations/{c}/scheduled</c>: schedules a message for an instant 1 minute to 365 days ahead. 201 with the scheduled
/// message; a retry gets 200 with it. Whether the sender may send it is decided when it is due. If they may not, it is dropped.
/// </summary>
/// <remarks>A scheduled message is a document, and a queue message that comes when it is due (alarm).</remarks>
public sealed class ScheduleMessage(
    ConversationReader reader,
    ChatContainers containers,
    ScheduledQueue queue,
    ContentFilter filter,
    Attaching attaching,
    TimeProvider time,
    Limits limits,
    CurrentUser user)
{
    private static readonly TimeSpan MinAhead = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxAhead = TimeSpan.FromDays(365);

    /// <summary>How long before the due time the alarm may already have run, since clocks differ.</summary>
    private static readonly TimeSpan AlarmMargin = TimeSpan.FromSeconds(5);

    [Function(nameof(ScheduleMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/scheduled")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var (clientMessageId, content, dueAt) = (
            body.ClientId("clientMessageId"),
            MessageContent.Read(body, limits),
            body.Instant("dueAt"));
        body.ThrowIfMalformed();

        if (await reader.ReadForAsync(user.Id, conversationId, Session.Of(request), cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var scheduled = new ScheduledMessage
        {
            ConversationId = conversationId,
            MessageId = MessageId.For(conversationId, user.Id, clientMessageId),
            SenderId = user.Id,
            ClientMessageId = clientMessageId,
            Content = content,
            DueAt = dueAt,
            JoinedSeq = part.Member.JoinedSeq,
        };
        return await FindEarlierAsync(scheduled, part.Member, cancellationToken)
            ?? (part.Head.IsChannel && content.IsNotOfChannels ? Problems.NotAllowed.ToResult() : null)
            ?? await RefusalAsync(scheduled, part.Member, Session.Of(request), cancellationToken)
            ?? await AcceptAsync(scheduled, part.Member, cancellationToken);
    }

    /// <summary>The answer if the message was scheduled or sent before; null otherwise.</summary>
    private async Task<IResult?> FindEarlierAsync(ScheduledMessage scheduled, Member sender, CancellationToken cancellationToken)
    {
        var stored = await containers.Conversations.ReadDocumentAsync(
            scheduled.Id,
            scheduled.ConversationId,
            ChatJson.Default.ScheduledMessage,
            cancellationToken: cancellationToken);
        var first = stored.Document;
        if (first?.IsOf(sender) == true)
        {
            if (!first.IsSameAs(scheduled))
            {
                return Problems.ClientMessageIdReused.ToResult();
            }

            await SendAlarmAgainAsync(first, stored.Session);
            return Show(StatusCodes.Status200OK, first, null);
        }

        if (first is not null)
        {
            // It belongs to a former membership, so it would be dropped when due. It makes room for this one, which has the same id.
            using var deleted = await containers.Conversations.DeleteItemStreamAsync(
                first.Id,
                new PartitionKey(first.ConversationId.Value),
                new ItemRequestOptions { IfMatchEtag = stored.ETag },
                cancellationToken);
        }

        var (sent, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(scheduled.MessageId),
            scheduled.ConversationId,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        return sent is null ? null : Problems.AlreadySent.ToResult();
    }

    private async Task<IResult?> RefusalAsync(
        ScheduledMessage scheduled,
        Member sender,
        Session? session,
        CancellationToken cancellationToken)
    {
        if ((await filter.ScreenAsync(scheduled.Content, cancellationToken)).Refusal is { } screenRefusal)
        {
            return screenRefusal.ToResult();
        }

        var ahead = scheduled.DueAt - time.GetUtcNow();
        if (ahead < MinAhead || ahead > MaxAhead)
        {
            return Problems.OutOfRange("/dueAt", "Must be 1 minute to 365 days ahead.").ToResult();
        }

        var attached = await attaching.AttachAsync(
            scheduled.ConversationId,
            scheduled.SenderId,
            scheduled.ClientMessageId,
            scheduled.Content,
            session,
            cancellationToken);
        if (attached.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        // Not exact: each of several concurrent requests may find room for one more.
        var waiting = await ListScheduled.FindAsync(containers, sender, cancellationToken);
        return waiting.Count >= limits.ScheduledMessages
            ? Problems.LimitReached("scheduledMessages", limits.ScheduledMessages).ToResult()
            : null;
    }

    /// <summary>
    /// Enqueues the alarm, then stores the document. An alarm without a document does nothing; a document without an alarm would never be
    /// sent.
    /// </summary>
    private async Task<IResult> AcceptAsync(ScheduledMessage scheduled, Member sender, CancellationToken cancellationToken)
    {
        await queue.ScheduleAsync(ScheduledDue.Of(scheduled), cancellationToken);
        using var document = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(scheduled, ChatJson.Default.ConversationDocument),
            writable: false);
        using var created = await containers.Conversations.CreateItemStreamAsync(
            document,
            new PartitionKey(scheduled.ConversationId.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        if (created.StatusCode == HttpStatusCode.Conflict)
        {
            return await FindEarlierAsync(scheduled, sender, cancellationToken) ?? Problems.Unavailable.ToResult();
        }

        created.EnsureSuccessStatusCode();
        var session = Session.Of(created.Headers);
        await SendAlarmAgainAsync(scheduled, session);
        return Show(StatusCodes.Status201Created, scheduled, session);
    }

    /// <summary>
    /// Sends another alarm for a message that is due. If storing it took long, the first alarm may have run before there was a document.
    /// </summary>
    /// <remarks>It doesn't end with the caller: no other alarm is left. If it fails, the caller's retry sends it.</remarks>
    private async Task SendAlarmAgainAsync(ScheduledMessage stored, Session? session)
    {
        if (stored.DueAt <= time.GetUtcNow() + AlarmMargin)
        {
            await queue.SendAsync(ScheduledDue.Of(stored) with { Session = session }, CancellationToken.None);
        }
    }

    private static JsonResult<ScheduledView> Show(int status, ScheduledMessage scheduled, Session? session) =>
        new(status, ScheduledView.Of(scheduled), ChatJson.Default.ScheduledView, session);
}
