using Chat.Functions.Comments;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>PATCH /conversations/{c}/messages/{m}</c>: replaces the text and mentions of the caller's own message; 200 with the
/// message. The former text is kept as a revision.
/// </summary>
public sealed class EditMessage(
    Commenting log,
    MessageViews views,
    MessageScreening screening,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(EditMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "conversations/{conversationId}/messages/{messageId}")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var text = body.Text("text", limits.Text);
        var mentions = Mention.Read(body, text, limits);
        body.ThrowIfMalformed();
        var content = await screening.ScreenEditAsync(conversationId, user.Id, messageId, text, cancellationToken);

        var command = new EditMessageCommand
        {
            Actor = user.Id,
            Conversation = conversationId,
            MessageId = messageId,
            Text = content.Text,
            Refusal = content.Refusal,
            Flags = content.Flags,
            Mentions = mentions,
            Limits = limits,
        };
        var appended = await log.AppendAsync(conversationId, command, Session.Of(request), cancellationToken);
        return await views.AnswerAsync(user.Id, appended, cancellationToken);
    }
}

/// <summary>Replaces the text of the actor's own message. Idempotent.</summary>
internal sealed record EditMessageCommand : MessageCommand
{
    public required string Text { get; init; }

    /// <summary>The refusal of the text by word lists or the host app; null when it may be sent.</summary>
    public Problem? Refusal { get; init; }

    /// <summary>The word lists that flag the text; null for none.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>The mentions in the new text; null for none.</summary>
    public IReadOnlyList<Mention>? Mentions { get; init; }

    public required Limits Limits { get; init; }

    public override IReadOnlyList<UserId> MembersToLoad => [Actor, .. Mention.Users(Mentions)];

    protected override Decision Decide(in DecisionContext context, in MessageContext found)
    {
        var (head, _, message) = found;
        if (message.SenderId != Actor || message.Poll is not null || message.Sticker is not null)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        if (message.IsUnsent)
        {
            return Decision.Refuse(Problems.MessageUnsent);
        }

        if (message.Held is not null)
        {
            return Decision.Refuse(Problems.MessageHeld);
        }

        if (message.Text == Text && (message.Mentions ?? []).SequenceEqual(Mentions ?? []))
        {
            return Decision.Unchanged(head, message);
        }

        if ((Guest?.Refusal ?? Refusal) is { } ownRefusal)
        {
            return Decision.Refuse(ownRefusal);
        }

        if (context.Now > message.At + Limits.EditWindow)
        {
            return Decision.Refuse(Problems.TooLate("editWindow", Limits.EditWindow));
        }

        if (message.Revision >= Limits.Revisions)
        {
            return Decision.Refuse(Problems.LimitReached("revisions", Limits.Revisions));
        }

        if (Guest is not null && Mentions is not null)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        if (Mention.Refusal(Mentions, context.MemberOf, message.Mentions) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        var before = new Revision
        {
            ConversationId = Conversation,
            MessageId = MessageId,
            Number = message.Revision,
            Text = message.Text,
            At = message.EditedAt ?? message.At,
            TimeToLive = message.TimeToLiveAt(context.Now),
        };
        IReadOnlyList<UserId> first = [.. message.MentionedWhenSent];
        var edited = message.WithoutPreviewUnless(Text) with
        {
            Text = Text,
            Mentions = Mentions,
            MentionedFirst = first.SequenceEqual(Mention.Users(Mentions)) ? null : first,
            EditedAt = context.Now,
            Revision = message.Revision + 1,
            // What is flagged stays so, since its text is kept as a revision.
            Flags = Flags is null ? message.Flags : [.. (message.Flags ?? []).Union(Flags, StringComparer.Ordinal)],
        };
        var updated = LogEvent.Of(context, LogEvent.MessageUpdated, Actor, new MessageUpdated(MessageId), ChatJson.Default.MessageUpdated);
        return Changed(context, head, updated, edited.WithShared(), [before]);
    }
}
