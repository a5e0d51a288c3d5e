using Chat.Functions.Content;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>Screens messages before they are committed: by word lists, then by the host app.</summary>
public sealed class MessageScreening(ContentFilter filter, BeforeSendHook hook)
{
    public async ValueTask<MessageContent> ScreenAsync(
        ConversationId conversation,
        UserId sender,
        string clientMessageId,
        MessageContent content,
        CancellationToken cancellationToken)
    {
        var screened = await filter.ScreenAsync(content, cancellationToken);
        if (!hook.IsOn)
        {
            hook.NoteUntold(screened is { IsHeld: true, Refusal: null } ? 1 : 0);
            return screened;
        }

        var id = MessageId.For(conversation, sender, clientMessageId);
        return (await hook.AskAsync(conversation, sender, [(id, screened)], canBeHeld: true, cancellationToken))[0];
    }

    /// <summary>Screens messages of one request, of which the host app is asked at once; in the same order.</summary>
    public async ValueTask<IReadOnlyList<MessageContent>> ScreenAsync(
        ConversationId conversation,
        UserId sender,
        IReadOnlyList<(string ClientMessageId, MessageContent Content)> messages,
        CancellationToken cancellationToken)
    {
        List<(MessageId MessageId, MessageContent Content)> screened = [];
        foreach (var (clientMessageId, content) in messages)
        {
            screened.Add((
                MessageId.For(conversation, sender, clientMessageId),
                await filter.ScreenAsync(content, cancellationToken)));
        }

        if (hook.IsOn)
        {
            return await hook.AskAsync(conversation, sender, screened, canBeHeld: true, cancellationToken);
        }

        hook.NoteUntold(screened.Count(one => one.Content is { IsHeld: true, Refusal: null }));
        return [.. screened.Select(one => one.Content)];
    }

    /// <summary>Screens the new text of a message. It can't be held, so what would be is refused.</summary>
    public async ValueTask<MessageContent> ScreenEditAsync(
        ConversationId conversation,
        UserId sender,
        MessageId message,
        string text,
        CancellationToken cancellationToken)
    {
        var screened = await filter.ScreenAsync(new MessageContent { Text = text }, cancellationToken);
        if (screened.IsHeld)
        {
            return screened with { Refusal = Problems.ContentRefused };
        }

        return hook.IsOn
            ? (await hook.AskAsync(conversation, sender, [(message, screened)], canBeHeld: false, cancellationToken))[0]
            : screened;
    }
}
