using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>Reads a message for one of its conversation's members.</summary>
public sealed class MessageReader(ConversationReader conversations, ChatContainers containers, TimeProvider time)
{
    /// <summary>The message that a path names; null when it isn't there or the user may not see it.</summary>
    public async Task<Message?> ReadForAsync(UserId user, string conversationId, string messageId, Session? session, CancellationToken cancellationToken)
    {
        if (MessageAddress.Parse(conversationId, messageId) is not { } address
            || await conversations.ReadForAsync(user, address.Conversation, session, cancellationToken) is not { } part)
        {
            return null;
        }

        var (message, _) = await containers.Conversations.ReadDocumentAsync(
            Message.DocumentId(address.Message),
            address.Conversation,
            ChatJson.Default.Message,
            cancellationToken: cancellationToken);
        return message is not null && part.Member.Sees(message) && !message.IsExpiredAt(time.GetUtcNow()) ? message : null;
    }
}
