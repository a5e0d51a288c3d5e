using System.Diagnostics.CodeAnalysis;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Pins;
using Chat.Functions.Shared;

namespace Chat.Functions.Moderation;

/// <summary>Who stands in the log for moderators: no user can have this id, and nobody learns who it was.</summary>
internal static class AnyModerator
{
    public static readonly UserId Id = new("*moderator*");
}

/// <summary>
/// Takes a message back for everyone, for a moderator or as its sender is erased. Nothing happens to one that is gone. Idempotent.
/// </summary>
internal sealed record RemoveMessageCommand : LogCommand
{
    [SetsRequiredMembers]
    public RemoveMessageCommand(MessageId message, string reason)
    {
        (Actor, MessageId, Reason) = (AnyModerator.Id, message, reason);
    }

    public MessageId MessageId { get; }

    /// <summary>What members are told: <see cref="Message.ByModerator"/> or <see cref="Message.ByErasure"/>.</summary>
    public string Reason { get; }

    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId), ConversationPins.DocumentId];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (Message.Find(context, MessageId) is not { IsUnsent: false } message || message.IsExpiredAt(context.Now))
        {
            return Decision.Unchanged(head);
        }

        var told = new MessageDeleted(MessageId, null) { Reason = Reason };
        return UnsendMessageCommand.TakeBack(context, head, message, Actor, told);
    }
}

/// <summary>Closes a conversation, also a direct one, for a moderator: from then on it is there for nobody. Idempotent.</summary>
internal sealed record CloseConversationCommand : LogCommand
{
    [SetsRequiredMembers]
    public CloseConversationCommand()
    {
        Actor = AnyModerator.Id;
    }

    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var closed = LogEvent.Of(
            context,
            LogEvent.ConversationDeleted,
            Actor,
            new ConversationDeleted(null) { Reason = Message.ByModerator },
            ChatJson.Default.ConversationDeleted);
        return Decision.Append(head with { LastSeq = closed.Seq, DeletedAt = closed.At }, closed);
    }
}
