using Chat.Functions.Conversations;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Collections;

/// <summary>
/// <c>PUT /conversations/{c}/collections/{k}</c>: makes a collection under an id that the caller chooses, or gives it another title; 204.
/// Idempotent.
/// </summary>
public sealed class PutCollection(ConversationLog log, TextScreening screening, Limits limits, CurrentUser user)
{
    [Function(nameof(PutCollection))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "conversations/{conversationId}/collections/{collectionId}")]
        HttpRequest request,
        ConversationId conversationId,
        CollectionId collectionId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var title = body.Text("title", limits.Title);
        body.ThrowIfMalformed();
        if (collectionId == CollectionId.None)
        {
            return Problems.NotAChosenId("collectionId").ToResult();
        }

        var (said, refusal) = await screening.ScreenAsync(
            user.Id,
            conversationId,
            [new(SaidText.Title, title)],
            cancellationToken);
        var command = new PutCollectionCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            CollectionId = collectionId,
            Title = said[0]!,
            Refusal = refusal,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return appended.Refusal?.ToResult() ?? new NoContentResult(appended.Session);
    }
}

internal sealed record PutCollectionCommand : CollectionCommand
{
    public required string Title { get; init; }

    /// <summary>The refusal of the title by word lists or the host app; null when it may be given.</summary>
    public required Problem? Refusal { get; init; }

    public required Limits Limits { get; init; }

    protected override Decision Decide(in DecisionContext context, Head head, Member member, ConversationCollections all)
    {
        var before = all.Find(CollectionId);
        if (before?.Title == Title)
        {
            return Decision.Unchanged(head);
        }

        if (Refusal is not null)
        {
            return Decision.Refuse(Refusal);
        }

        if (before is null && all.Collections.Count >= Limits.Collections)
        {
            return Decision.Refuse(Problems.LimitReached("collections", Limits.Collections));
        }

        var updated = LogEvent.Of(
            context,
            LogEvent.CollectionUpdated,
            Actor,
            new CollectionUpdated(CollectionId, Title, Actor),
            ChatJson.Default.CollectionUpdated);
        return before is null
            ? Append(
                head,
                updated,
                all with { Collections = [.. all.Collections, new(CollectionId, Title, Actor, context.Now)] },
                new CollectionItems { ConversationId = Conversation, CollectionId = CollectionId, Items = [] })
            : Append(
                head,
                updated,
                all with { Collections = [.. all.Collections.Select(one => one == before ? one with { Title = Title } : one)] });
    }
}
