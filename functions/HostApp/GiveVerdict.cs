using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Pins;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>POST /host/verdicts</c>: the host app decides on a message that is held; 204. It is shown to everyone, or taken back. Of a message
/// that isn't held any more nothing changes. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class GiveVerdict(ConversationLog log, Limits limits, CurrentUser user)
{
    [Function(nameof(GiveVerdict))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "host/verdicts")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var conversation = body.OptionalConversationId("conversationId");
        var message = body.OptionalMessageId("messageId");
        var contentHash = body.ClientId("contentHash");
        if (contentHash.Length > 0 && !OpaqueId.IsWellFormed(contentHash))
        {
            body.Fault("/contentHash", "invalid_id", "Must be the one that was asked about.");
        }

        var verdict = body.OneOf("verdict", "allow", "remove");
        if (conversation is null)
        {
            body.Fault("/conversationId", "missing", "Must be given.");
        }

        if (message is null)
        {
            body.Fault("/messageId", "missing", "Must be given.");
        }

        body.ThrowIfMalformed();
        var appended = await log.AppendAsync(
            conversation!.Value,
            new GiveVerdictCommand
            {
                Actor = user.Id,
                MessageId = message!.Value,
                ContentHash = contentHash,
                IsAllowed = verdict == "allow",
            },
            Session.Of(request),
            cancellationToken);
        return appended.Refusal is { } refusal ? refusal.ToResult() : new NoContentResult(appended.Session);
    }
}

/// <summary>Shows a held message to everyone, or takes it back in its sender's name. Idempotent.</summary>
internal sealed record GiveVerdictCommand : LogCommand
{
    public required MessageId MessageId { get; init; }

    /// <summary>Of what the host app decided on.</summary>
    public required string ContentHash { get; init; }

    public required bool IsAllowed { get; init; }

    // The actor is the host app. A user may have the same id, and their standing doesn't count here.
    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override IReadOnlyList<string> DocumentsToLoad => [Message.DocumentId(MessageId), ConversationPins.DocumentId];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        // The host app knows a message that disappears by its key alone: it was asked before the message had its place.
        if (context.Find<Message>(Message.DocumentId(MessageId)) is not { } message
            || !(message.Is(MessageId) || MessageId.IsKey)
            || message.IsExpiredAt(context.Now))
        {
            return Decision.Refuse(Problems.MessageNotFound);
        }

        // Another message has the id by now, or what was asked about was never stored.
        if (message.Held is { } other && other.Hash != ContentHash)
        {
            return Decision.Refuse(Problems.MessageNotFound);
        }

        return message.Held is not { } held ? Decision.Unchanged(head, message)
            : IsAllowed ? Shown(context, head, message, held)
            : Removed(context, head, message);
    }

    private static Decision Shown(in DecisionContext context, Head head, Message message, HeldContent held)
    {
        var updated = LogEvent.Of(
            context,
            LogEvent.MessageUpdated,
            message.SenderId,
            new MessageUpdated(message.MessageId),
            ChatJson.Default.MessageUpdated);
        var after = held.MentionsAll && message.Ordinal > head.MentionAllOrdinal
            ? head with { MentionAllOrdinal = message.Ordinal, MentionAllBy = message.SenderId }
            : head;
        return MessageCommand.Changed(context, after, updated, message.WithContent(held), []);
    }

    private static Decision Removed(in DecisionContext context, Head head, Message message)
    {
        var deleted = LogEvent.Of(
            context,
            LogEvent.MessageDeleted,
            message.SenderId,
            new MessageDeleted(message.MessageId, message.SenderId),
            ChatJson.Default.MessageDeleted);
        var pins = context.Find<ConversationPins>(ConversationPins.DocumentId);
        return MessageCommand.Changed(
            context,
            head.WithTakenBack(),
            deleted,
            message.Unsent(message.SenderId, null, context.Now),
            pins?.Has(message.MessageId) == true ? [pins.Without(message.MessageId)] : []);
    }
}
