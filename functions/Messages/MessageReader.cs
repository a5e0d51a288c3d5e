using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>Reads a message for a member of its conversation.</summary>
public sealed class MessageReader(ConversationReader conversations, ChatContainers containers, TimeProvider time)
{
    /// <summary>A message by its ids, with the viewer's part, or the refusal when there is none for the user.</summary>
    public async Task<(Message? Message, MembershipContext? Part, Problem? Refusal)> ReadForAsync(
        UserId user,
        ConversationId conversation,
        MessageId id,
        Session? session,
        CancellationToken cancellationToken)
    {
        if (await conversations.ReadAsReaderAsync(user, conversation, session, cancellationToken) is not { } part)
        {
            return (null, null, Problems.ConversationNotFound);
        }

        var message = await ReadForAsync(part, id, cancellationToken);
        return (message, part, message is null ? Problems.MessageNotFound : null);
    }

    /// <summary>A message of a conversation; null when the member doesn't see it or it doesn't exist.</summary>
    public async Task<Message?> ReadForAsync(MembershipContext part, MessageId id, CancellationToken cancellationToken)
    {
        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(id),
            part.Head.ConversationId,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        return message?.Is(id) == true && part.Member.Sees(message) && !message.IsExpiredAt(time.GetUtcNow()) ? message : null;
    }
}
