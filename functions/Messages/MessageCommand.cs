using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A change to a message that the actor sees: not theirs and not there are the same refusal.</summary>
public abstract record MessageCommand : LogCommand
{
    public required ConversationId Conversation { get; init; }

    public required MessageId MessageId { get; init; }

    /// <summary>What the actor must have, whatever the message is and whether it is there; null where any member may.</summary>
    protected virtual Right? Needed => null;

    public override IReadOnlyList<string> Needs => [Message.DocumentId(MessageId), Member.DocumentId(Actor)];

    public sealed override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.Find<Member>(Member.DocumentId(Actor)) is not { State: MemberState.Active } member)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (Needed is { } right && !member.Role.Has(right, head.Kind))
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        return Message.Find(context, MessageId) is { } message && member.Sees(message) && !message.IsExpiredAt(context.Now)
            ? Decide(context, new MessageContext(head, member, message))
            : Decision.Refuse(Problems.MessageNotFound);
    }

    protected abstract Decision Decide(in DecisionContext context, in MessageContext found);

    /// <summary>The message as an event leaves it, with whatever else changes.</summary>
    protected static Decision Changed(
        in DecisionContext context,
        Head head,
        LogEvent change,
        Message message,
        IReadOnlyList<ConversationDocument> documents)
    {
        var changed = message with { UpdatedSeq = change.Seq, TimeToLive = message.TimeToLiveAt(context.Now) };
        var preview = changed.IsLastOf(head) ? changed.ToPreview() : head.LastMessage;
        return Decision.Append(
            head with { LastSeq = change.Seq, LastMessage = preview },
            change with { Quiet = preview == head.LastMessage, ExpiresAt = changed.ExpiresAt, TimeToLive = changed.TimeToLive },
            [changed, .. documents]);
    }
}

/// <summary>A message that a command is about, with the conversation's head and the actor.</summary>
public readonly record struct MessageContext(Head Head, Member Actor, Message Message);
