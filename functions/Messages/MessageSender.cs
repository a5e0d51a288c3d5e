using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.RateLimits;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Messages;

/// <summary>
/// Sends the messages of all functions. It evaluates first contact where the head alone doesn't decide it: for a request that wasn't sent
/// yet. Everywhere else a send costs no read.
/// </summary>
public sealed class MessageSender(
    ConversationLog log,
    ConversationReader reader,
    ContactPolicy policy,
    ContactRequests requests,
    FirstContactLimits contacts)
{
    internal async Task<AppendResult> SendAsync(
        ConversationId conversation,
        ContactCommand message,
        Session? session,
        CancellationToken cancellationToken) =>
        (await SendAsync(conversation, [message], session, cancellationToken))[0];

    /// <summary>Sends one after another; when one gets no clear answer, none after it is tried.</summary>
    internal async Task<IReadOnlyList<AppendResult>> SendAsync(
        ConversationId conversation,
        IReadOnlyList<ContactCommand> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var sent = await log.AppendInOrderAsync(conversation, messages, session, cancellationToken);
        if (!sent.Any(one => one.Refusal == ContactCommand.Undecided))
        {
            await NoteRestrictedAsync(messages[0].Actor, sent, cancellationToken);
            return sent;
        }

        IReadOnlyList<ContactCommand> undecided =
            [.. messages.Zip(sent).Where(one => one.Second.Refusal == ContactCommand.Undecided).Select(one => one.First)];
        var (contact, isHidden, tooMany) = await EvaluateContactAsync(conversation, undecided, session, cancellationToken);
        if (tooMany is not null)
        {
            return [.. sent.Select(one => one.Refusal == ContactCommand.Undecided ? AppendResult.Refused(tooMany) : one)];
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
    /// What somebody writes to whoever restricts them is the newest of their requests, also if they had declined it. Best effort: the
    /// message is there in any case, and nothing tells of it.
    /// </summary>
    private async Task NoteRestrictedAsync(UserId sender, IReadOnlyList<AppendResult> sent, CancellationToken cancellationToken)
    {
        if (sent.FirstOrDefault(one => one is { Refusal: null, Head.IsRestricted: true })?.Head is { } head
            && head.Members!.FirstOrDefault(member => member.UserId != sender && member.Restricts) is { } restricting)
        {
            await requests.NoteAsync(restricting.UserId, head.ConversationId, sender, null, cancellationToken);
        }
    }

    /// <summary>
    /// The outcome of first contact with the other user of a direct conversation. If any of the messages may be a request, it is counted
    /// and recorded before it is committed.
    /// </summary>
    /// <returns>The outcome; whether the other user hides what has such words; and the refusal if it is too much.</returns>
    private async Task<(Contact Contact, bool IsHidden, Problem? TooMany)> EvaluateContactAsync(
        ConversationId conversation,
        IReadOnlyList<ContactCommand> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var sender = messages[0].Actor;
        var head = await reader.ReadHeadAsync(conversation, session, cancellationToken);
        if (head?.Members?.FirstOrDefault(member => member.UserId != sender) is not { } recipient)
        {
            return (Contact.Refused, false, null);
        }

        var contact = await policy.DecideAsync(ContactKind.Message, sender, recipient.UserId, cancellationToken);
        var isHidden = false;
        if (contact == Contact.Request && messages.FirstOrDefault(message => message.MayBeRequest) is { } request)
        {
            if (await contacts.CountAsync(sender, recipient.UserId, conversation, cancellationToken) is { } tooMany)
            {
                return (contact, false, tooMany);
            }

            isHidden = await requests.NoteAsync(recipient.UserId, conversation, sender, request.Text, cancellationToken);
        }

        return (contact, isHidden, null);
    }
}
