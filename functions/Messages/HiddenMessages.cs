using System.Net;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Messages;

/// <summary>Hides messages from one member, who deleted them for themselves. Other members aren't affected.</summary>
/// <remarks>
/// The member document lists the hidden messages, so readers need no further read to leave them out. It is patched under its
/// ETag.
/// </remarks>
public sealed class HiddenMessages(
    ConversationReader reader,
    ChatContainers containers,
    InboxProjection inbox,
    EventPush push,
    UnreadPush unread,
    TimeProvider time,
    Limits limits)
{
    private const int MaxAttempts = 8;

    /// <summary>Hides a message; 204. Idempotent.</summary>
    public async Task<IResult> HideAsync(
        UserId user,
        ConversationId conversation,
        MessageId id,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (await reader.ReadForAsync(user, conversation, session, cancellationToken) is not { } part)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        if (part.Head.IsRequestTo(user))
        {
            return Problems.RequestPending.ToResult();
        }

        if (await ReadAsync(conversation, id, cancellationToken) is not { } message
            || message.Seq < part.Member.FirstVisible)
        {
            return Problems.MessageNotFound.ToResult();
        }

        var (refusal, hiddenBy) = await AddAsync(user, message, cancellationToken);
        if (refusal is not null)
        {
            return refusal.ToResult();
        }

        // Also for a message that was hidden before: the process may have died between the two writes.
        if (await inbox.HideAsync(part.Member, ConversationSnapshot.Of(part.Head), message.Seq, message.Ordinal, cancellationToken))
        {
            await unread.PushAsync(user, conversation, cancellationToken);
        }

        var told = new MessageHidden(id);
        var hidden = new ChatEvent(MessageHidden.EventType, conversation, null, time.GetUtcNow(), told) { Session = hiddenBy?.Value };
        await push.PushToUserAsync(user, hidden, cancellationToken);
        return new NoContentResult(hiddenBy);
    }

    private async Task<Message?> ReadAsync(ConversationId conversation, MessageId id, CancellationToken cancellationToken)
    {
        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(id),
            conversation,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        return message?.Is(id) == true && !message.IsExpiredAt(time.GetUtcNow()) ? message : null;
    }

    /// <summary>
    /// The refusal, or the session token by which a reader sees the write; neither when the message was hidden before.
    /// </summary>
    private async Task<(Problem? Refusal, Session? Session)> AddAsync(UserId user, Message message, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(message.ConversationId.Value);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var (member, etag) = await containers.Conversations.ReadDocumentAsync(
                Member.DocumentId(user),
                partition,
                ChatJson.Default.Member,
                cancellationToken: cancellationToken);
            if (member is not { State: MemberState.Active } || member.Hidden?.Contains(message.Seq) == true)
            {
                return (member is { State: MemberState.Active } ? null : Problems.ConversationNotFound, null);
            }

            // Drop what the member can't see anyway, to stay within the limit.
            List<long> hidden = [.. (member.Hidden ?? []).Where(seq => seq >= member.FirstVisible), message.Seq];
            if (hidden.Count > limits.HiddenMessages)
            {
                return (Problems.LimitReached("hiddenMessages", limits.HiddenMessages), null);
            }

            using var response = await containers.Conversations.PatchItemStreamAsync(
                member.Id,
                partition,
                [PatchOperation.Set("/hidden", hidden)],
                new PatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false },
                cancellationToken);
            if (response.StatusCode != HttpStatusCode.PreconditionFailed)
            {
                response.EnsureSuccessStatusCode();
                return (null, Session.Of(response.Headers));
            }

            await Task.Delay(Backoff.Jitter(attempt), time, cancellationToken);
        }

        return (Problems.Unavailable, null);
    }
}

/// <summary>The data of <c>message.hidden</c>, for the devices of the user who hid a message.</summary>
internal sealed record MessageHidden(MessageId MessageId)
{
    public const string EventType = "message.hidden";
}
