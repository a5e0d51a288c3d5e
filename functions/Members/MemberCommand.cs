using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Members;

/// <summary>A change that takes a right: refused as not there to those who aren't members, and as not allowed to members without it.</summary>
public abstract record MemberCommand : LogCommand
{
    public required ConversationId Conversation { get; init; }

    protected abstract Right Needed { get; }

    public sealed override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor) is not { } actor)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        return actor.Role.Has(Needed, head.Kind) ? Decide(context, head, actor) : Decision.Refuse(Problems.NotAllowed);
    }

    protected abstract Decision Decide(in DecisionContext context, Head head, HeadMember actor);
}
