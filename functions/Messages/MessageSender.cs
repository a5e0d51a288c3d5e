using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.RateLimits;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Messages;

/// <summary>
/// Sends messages, for every function that does. The log decides on the head whether the sender may reach the other user. Only the first
/// message of a request needs more: then first contact is evaluated, which costs reads.
/// </summary>
public sealed class MessageSender(
    ConversationLog log,
    Commenting commenting,
    ConversationReader reader,
    ContactPolicy policy,
    ContactRequests requests,
    FirstContactLimits limits)
{
    internal async Task<AppendResult> SendAsync(
        ConversationId conversation,
        ContactCommand message,
        Session? session,
        CancellationToken cancellationToken) =>
        (await SendAsync(conversation, [message], session, cancellationToken))[0];

    /// <summary>Sends messages of one sender in order, as <see cref="ConversationLog"/> appends commands.</summary>
    internal async Task<IReadOnlyList<AppendResult>> SendAsync(
        ConversationId conversation,
        IReadOnlyList<ContactCommand> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var sent = await commenting.AppendInOrderAsync(conversation, messages, session, cancellationToken);
        if (!sent.Any(one => one.Refusal == ContactCommand.Undecided))
        {
            return sent;
        }

        IReadOnlyList<ContactCommand> undecided =
            [.. messages.Zip(sent).Where(one => one.Second.Refusal == ContactCommand.Undecided).Select(one => one.First)];
        var (contact, isHidden, refusal) = await EvaluateContactAsync(conversation, undecided, session, cancellationToken);
        if (refusal is not null)
        {
            return [.. sent.Select(one => one.Refusal == ContactCommand.Undecided ? AppendResult.Refused(refusal) : one)];
        }

        var again = new Queue<AppendResult>(await log.AppendInOrderAsync(
            conversation,
            [.. undecided.Select(message => message with { Contact = contact })],
            session,
            cancellationToken));
        AppendResult[] all = [.. sent.Select(one => one.Refusal == ContactCommand.Undecided ? again.Dequeue() : one)];
        if (!isHidden)
        {
            await requests.TellAsync(messages[0].Actor, all, cancellationToken);
        }

        return all;
    }

    /// <summary>
    /// The outcome of first contact with the other user of a direct conversation. If it takes a request, and one of the messages may be it,
    /// the request is counted and recorded here, before it is committed.
    /// </summary>
    /// <returns>The outcome; whether the other user hides what has such words; and the refusal if it is too much, or unclear.</returns>
    private async Task<(Contact Contact, bool IsHidden, Problem? Refusal)> EvaluateContactAsync(
        ConversationId conversation,
        IReadOnlyList<ContactCommand> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var sender = messages[0].Actor;
        var head = await reader.ReadHeadAsync(conversation, session, cancellationToken);
        if (head?.Members?.FirstOrDefault(member => member.UserId != sender) is not { } recipient)
        {
            // The log has just decided on the head of a direct conversation, so only the replica lags.
            return (Contact.Refused, false, Problems.Unavailable);
        }

        var contact = await policy.DecideAsync(ContactKind.Message, sender, recipient.UserId, cancellationToken);
        var isHidden = false;
        if (contact == Contact.Request && messages.FirstOrDefault(message => message.MayBeRequest) is { } request)
        {
            if (await limits.CountAsync(sender, recipient.UserId, conversation, cancellationToken) is { } limitRefusal)
            {
                return (contact, false, limitRefusal);
            }

            isHidden = await requests.NoteAsync(recipient.UserId, conversation, sender, request.Text, cancellationToken);
        }

        return (contact, isHidden, null);
    }
}
