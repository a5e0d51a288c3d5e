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
            return sent;
        }

        IReadOnlyList<ContactCommand> undecided =
            [.. messages.Zip(sent).Where(one => one.Second.Refusal == ContactCommand.Undecided).Select(one => one.First)];
        var (contact, tooMany) = await EvaluateContactAsync(conversation, undecided, session, cancellationToken);
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
        await requests.TellAsync(messages[0].Actor, all, cancellationToken);
        return all;
    }

    /// <summary>
    /// The outcome of first contact with the other user of a direct conversation. If any of the messages may be a request, it is counted
    /// and recorded before it is committed.
    /// </summary>
    private async Task<(Contact Contact, Problem? TooMany)> EvaluateContactAsync(
        ConversationId conversation,
        IReadOnlyList<ContactCommand> messages,
        Session? session,
        CancellationToken cancellationToken)
    {
        var sender = messages[0].Actor;
        var head = await reader.ReadHeadAsync(conversation, session, cancellationToken);
        if (head?.Members?.FirstOrDefault(member => member.UserId != sender) is not { } recipient)
        {
            return (Contact.Refused, null);
        }

        var contact = await policy.DecideAsync(ContactKind.Message, sender, recipient.UserId, cancellationToken);
        if (contact == Contact.Request && messages.Any(message => message.MayBeRequest))
        {
            if (await contacts.CountAsync(sender, recipient.UserId, conversation, cancellationToken) is { } tooMany)
            {
                return (contact, tooMany);
            }

            await requests.NoteAsync(recipient.UserId, conversation, sender, cancellationToken);
        }

        return (contact, null);
    }
}
