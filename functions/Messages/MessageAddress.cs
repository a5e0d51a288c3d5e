using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>Which message a path names.</summary>
public readonly record struct MessageAddress(ConversationId Conversation, MessageId Message)
{
    /// <summary>Null when one of the two can't be an id, so that there is no such message.</summary>
    public static MessageAddress? Parse(string conversationId, string messageId) =>
        ConversationId.TryParse(conversationId, out var conversation) && MessageId.TryParse(messageId, out var message)
            ? new(conversation, message)
            : null;
}
