using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Reactions;

/// <summary>Adds or removes a reaction of the actor's. Every active member may react to every message that they see.</summary>
internal sealed record ChangeReactionCommand : MessageCommand
{
    public required ReactionKey Key { get; init; }

    /// <summary>True to add the reaction, false to remove it.</summary>
    public required bool IsWanted { get; init; }

    /// <summary>
    /// The refusal of the key by word lists; null when it may be added. A reaction that is there already is answered all the same.
    /// </summary>
    public Problem? Refusal { get; init; }

    public required Limits Limits { get; init; }

    /// <summary>Whether it is taken back as the actor is erased, who may have left, or may not reach the others.</summary>
    public bool IsErasure { get; init; }

    public override bool IsByActor => !IsErasure;

    protected override bool OnlyTakesBack => IsErasure;

    protected override bool IsForChannels => false;

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, MemberReactions.DocumentId(MessageId, Actor)];

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        var message = found.Message;
        if (message.IsUnsent)
        {
            return IsWanted ? Decision.Refuse(Problems.MessageUnsent) : Decision.Unchanged(found.Head, message);
        }

        var mine = context.Find<MemberReactions>(MemberReactions.DocumentId(MessageId, Actor));
        if ((mine?.Keys.Contains(Key) ?? false) == IsWanted)
        {
            return Decision.Unchanged(found.Head, message);
        }

        // What was said before comments were turned off is left as it is; only a reaction may be taken back.
        if ((IsWanted ? Guest?.Refusal : null) is { } guestRefusal)
        {
            return Decision.Refuse(guestRefusal);
        }

        if (Refusal is not null)
        {
            return Decision.Refuse(Refusal);
        }

        return IsWanted ? Add(context, found, mine) : Remove(context, found, mine!);
    }

    private Decision Add(in DecisionContext context, in MessageContext found, MemberReactions? mine)
    {
        var all = found.Message.Reactions ?? [];
        if (mine?.Keys.Count >= Limits.ReactionsPerUser)
        {
            return Decision.Refuse(Problems.LimitReached("reactionsPerUser", Limits.ReactionsPerUser));
        }

        if (all.Count >= Limits.ReactionKeys && all.All(one => one.Key != Key))
        {
            return Decision.Refuse(Problems.LimitReached("reactionKeys", Limits.ReactionKeys));
        }

        // In comments, where nobody is a member: who did something there is found by that.
        var guest = context.Find<Member>(Member.DocumentId(Actor)) is null ? Guest?.AsCommenter(Conversation) : null;
        mine ??= new MemberReactions { ConversationId = Conversation, MessageId = MessageId, UserId = Actor, Keys = [], At = context.Now };
        return Append(
            context,
            found,
            LogEvent.ReactionAdded,
            found.Message with { Reactions = ReactionSummary.With(all, Key, Actor) },
            [
                mine with { Keys = [.. mine.Keys, Key], TimeToLive = found.Message.TimeToLiveAt(context.Now) },
                .. guest is null ? Array.Empty<ConversationDocument>() : [guest],
            ],
            []);
    }

    private Decision Remove(in DecisionContext context, in MessageContext found, MemberReactions mine)
    {
        var message = found.Message with { Reactions = ReactionSummary.Without(found.Message.Reactions, Key, Actor) };
        return mine.Keys.Count > 1
            ? Append(
                context,
                found,
                LogEvent.ReactionRemoved,
                message,
                [mine with { Keys = [.. mine.Keys.Where(key => key != Key)], TimeToLive = found.Message.TimeToLiveAt(context.Now) }],
                [])
            : Append(context, found, LogEvent.ReactionRemoved, message, [], [mine.Id]);
    }

    private Decision Append(
        in DecisionContext context,
        in MessageContext found,
        string what,
        Message message,
        IReadOnlyList<ConversationDocument> documents,
        IReadOnlyList<string> removed)
    {
        var changed = LogEvent.Of(context, what, Actor, new ReactionChanged(MessageId, Key, Actor), ChatJson.Default.ReactionChanged);
        return Changed(context, found.Head, changed, message, documents) with { Removed = removed };
    }
}
