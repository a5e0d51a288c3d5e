using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Collections;

/// <summary>Changes a collection. Every active member may, unless the two of a direct conversation can't reach each other.</summary>
internal abstract record CollectionCommand : LogCommand
{
    public required ConversationId Conversation { get; init; }

    public required CollectionId CollectionId { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad =>
        [ConversationCollections.DocumentId, CollectionItems.DocumentId(CollectionId), Member.DocumentId(Actor)];

    public sealed override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.Find<Member>(Member.DocumentId(Actor)) is not { State: MemberState.Active } member)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        return Reach.Refusal(head, Actor) is { } refusal
            ? Decision.Refuse(refusal)
            : Decide(
                context,
                head,
                member,
                context.Find<ConversationCollections>(ConversationCollections.DocumentId) ?? new()
                {
                    ConversationId = Conversation,
                    Collections = [],
                });
    }

    protected abstract Decision Decide(in DecisionContext context, Head head, Member member, ConversationCollections all);

    /// <summary>Appends an event, which lists don't show, and writes documents with it.</summary>
    protected static Decision Append(Head head, LogEvent change, params IReadOnlyList<ConversationDocument> documents) =>
        Decision.Append(head with { LastSeq = change.Seq }, change with { Quiet = true }, documents);
}

/// <summary>Changes what is in a collection.</summary>
internal abstract record CollectionItemCommand : CollectionCommand
{
    public required CollectionItemId ItemId { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [CollectionItems.DocumentId(CollectionId), Member.DocumentId(Actor)];

    protected sealed override Decision Decide(in DecisionContext context, Head head, Member member, ConversationCollections all) =>
        context.Find<CollectionItems>(CollectionItems.DocumentId(CollectionId)) is { } items
            ? Decide(context, head, member, items)
            : Decision.Refuse(Problems.CollectionNotFound);

    protected abstract Decision Decide(in DecisionContext context, Head head, Member member, CollectionItems items);
}
