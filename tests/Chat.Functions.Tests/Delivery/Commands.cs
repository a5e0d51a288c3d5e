using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;

namespace Chat.Functions.Tests.Delivery;

/// <summary>Commands of ann in a group, and of anybody about a message.</summary>
internal static class Commands
{
    public static AddMembersCommand Addition(ConversationId group, string user) =>
        new() { Actor = new UserId("ann"), Conversation = group, Users = [new UserId(user)], SeenMembers = null, Limits = new() };

    public static RemoveMemberCommand Removal(ConversationId group, string user) =>
        new() { Actor = new UserId("ann"), Conversation = group, UserId = new UserId(user) };

    public static ChangeReactionCommand Reaction(ConversationId conversation, Message message, string actor) => new()
    {
        Actor = new UserId(actor),
        Conversation = conversation,
        MessageId = message.MessageId,
        Key = new ReactionKey(":ok:"),
        IsWanted = true,
        Limits = new(),
    };
}
