using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>Which message a path names.</summary>
public readonly record struct MessageAddress(ConversationId Conversation, MessageId Message)
{
    /// <summary>What can't be an id is as good as one that nothing has.</summary>
    public static MessageAddress Of(string conversationId, string messageId) => new(
        ConversationId.TryParse(conversationId, out var conversation) ? conversation : ConversationId.None,
        MessageId.TryParse(messageId, out var message) ? message : MessageId.None);
}
