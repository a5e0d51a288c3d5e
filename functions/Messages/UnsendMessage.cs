using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Pins;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>DELETE /conversations/{c}/messages/{m}</c>: takes a message back for everyone; 200 with the message, without content. The
/// sender may within a time window, a group's owner and admins at any time. With <c>scope=me</c> every member can delete it for
/// themselves; 204.
/// </summary>
public sealed class UnsendMessage(Commenting log, HiddenMessages hidden, MessageViews views, Limits limits, CurrentUser user)
{
    [Function(nameof(UnsendMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "conversations/{conversationId}/messages/{messageId}")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var query = new RequestQuery(request);
        var scope = query.Single("scope") ?? "everyone";
        if (scope is not ("everyone" or "me"))
        {
            query.Fault("scope", "not_allowed", "Must be one of: everyone, me.");
        }

        query.ThrowIfMalformed();

        if (scope == "me")
        {
            return await hidden.HideAsync(user.Id, conversationId, messageId, Session.Of(request), cancellationToken);
        }

        var command = new UnsendMessageCommand { Actor = user.Id, Conversation = conversationId, MessageId = messageId, Limits = limits };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return await views.AnswerAsync(user.Id, appended, cancellationToken);
    }
}

/// <summary>Takes a message back for everyone. Idempotent.</summary>
internal sealed record UnsendMessageCommand : MessageCommand
{
    public required Limits Limits { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. base.DocumentsToLoad, ConversationPins.DocumentId];

    protected override bool OnlyTakesBack => true;

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        var (head, actor, message) = found;
        var moderates = actor.Role.Has(Right.Moderate, head.Kind);
        if (!moderates && message.SenderId != Actor)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        if (message.IsUnsent)
        {
            return Decision.Unchanged(head, message);
        }

        if (!moderates && context.Now > message.At + Limits.UnsendWindow)
        {
            return Decision.Refuse(Problems.TooLate("unsendWindow", Limits.UnsendWindow));
        }

        return TakeBack(context, head, message, Actor, new MessageDeleted(MessageId, Actor));
    }

    /// <summary>Empties a message, with its revisions and its pin.</summary>
    /// <param name="context">The command must need the message and the pins.</param>
    /// <param name="head">The head before.</param>
    /// <param name="message">A message that wasn't taken back yet.</param>
    /// <param name="actor">Who is noted on the entry.</param>
    /// <param name="told">What members are told.</param>
    internal static Decision TakeBack(in DecisionContext context, Head head, Message message, UserId actor, MessageDeleted told)
    {
        var id = message.MessageId;
        var deleted = LogEvent.Of(context, LogEvent.MessageDeleted, actor, told, ChatJson.Default.MessageDeleted);
        var pins = context.Find<ConversationPins>(ConversationPins.DocumentId);
        var unsent = message.Unsent(told.By, told.Reason, context.Now);
        return Changed(context, head.WithTakenBack(), deleted, unsent, pins?.Has(id) == true ? [pins.Without(id)] : []) with
        {
            Removed = [.. Enumerable.Range(0, message.Revision).Select(number => Messages.Revision.DocumentId(id, number))],
        };
    }
}
