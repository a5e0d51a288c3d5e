using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>Which member a path names.</summary>
public readonly record struct MemberAddress(ConversationId Conversation, UserId User)
{
    /// <summary>Null when one of the two can't be an id, so that there is no such member.</summary>
    public static MemberAddress? Parse(string conversationId, string userId) =>
        ConversationId.TryParse(conversationId, out var conversation) && UserId.TryParse(userId, out var user) ? new(conversation, user) : null;
}
