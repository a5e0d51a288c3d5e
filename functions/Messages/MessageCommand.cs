using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Messages;

/// <summary>A command about a message that the actor sees. A message that they don't see is refused as one that doesn't exist.</summary>
internal abstract record MessageCommand : LogCommand
{
    public required ConversationId Conversation { get; init; }

    public required MessageId MessageId { get; init; }

    /// <summary>The right that the actor needs, checked before the message is; null when every member may.</summary>
    protected virtual Right? Needed => null;

    /// <summary>Whether it tells the others nothing new. Users who may not reach them may do it all the same.</summary>
    protected virtual bool OnlyTakesBack => false;

    /// <summary>Whether it goes through the log of a channel, too.</summary>
    protected virtual bool IsForChannels => true;

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId), Member.DocumentId(Actor)];

    public sealed override Decision Decide(in DecisionContext context)
    {
        if (!IsForChannels && context.Head is { IsChannel: true })
        {
            return Decision.Refuse(RespondToPost.NotByLog);
        }

        var actor = Guest?.AsMember(Conversation) ?? context.Find<Member>(Member.DocumentId(Actor));
        if (context.Head is not { } head || actor is not { State: MemberState.Active } member)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (Needed is { } right && !member.Role.Has(right, head.Kind))
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        if (!OnlyTakesBack && Reach.Refusal(head, Actor) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        return Message.Find(context, MessageId) is { } message && member.Sees(message) && !message.IsExpiredAt(context.Now)
            ? Decide(context, new MessageContext(head, member, message))
            : Decision.Refuse(Problems.MessageNotFound);
    }

    protected abstract Decision Decide(in DecisionContext context, in MessageContext found);

    /// <summary>
    /// Appends an event that changes the message, and other documents with it. Lists move only if the message is their last one.
    /// </summary>
    internal static Decision Changed(
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

/// <summary>What a message command decides on: the head, the actor and the message.</summary>
internal readonly record struct MessageContext(Head Head, Member Actor, Message Message);
