using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Members;

/// <summary>
/// A command that needs a right. To those who aren't members the conversation doesn't exist (404); members without the right
/// aren't allowed (403).
/// </summary>
internal abstract record MemberCommand : LogCommand
{
    public required ConversationId Conversation { get; init; }

    protected abstract Right Needed { get; }

    public sealed override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor) is not { } actor)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        return !actor.Role.Has(Needed, head.Kind) ? Decision.Refuse(Problems.NotAllowed)
            : Reach.Refusal(head, Actor) is { } refusal ? Decision.Refuse(refusal)
            : Decide(context, head, actor);
    }

    protected abstract Decision Decide(in DecisionContext context, Head head, HeadMember actor);
}
