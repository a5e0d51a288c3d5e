using Chat.Functions.Content;
using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>Screens messages before they are committed: by word lists, then by the host app.</summary>
/// <remarks>
/// A message that is to be held though the host app doesn't know of it is on a queue before it is committed: nobody else could decide
/// on it.
/// </remarks>
public sealed class MessageScreening(ContentFilter filter, BeforeSendHook hook, HeldMessages held)
{
    public async ValueTask<MessageContent> ScreenAsync(
        ConversationId conversation,
        UserId sender,
        string clientMessageId,
        MessageContent content,
        CancellationToken cancellationToken)
    {
        var screened = await filter.ScreenAsync(content, cancellationToken);
        if (!hook.IsOn && !screened.IsHeld)
        {
            return screened;
        }

        var id = MessageId.For(conversation, sender, clientMessageId);
        return (await AskAsync(conversation, sender, [(id, screened)], cancellationToken))[0];
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

        return await AskAsync(conversation, sender, screened, cancellationToken);
    }

    private async Task<IReadOnlyList<MessageContent>> AskAsync(
        ConversationId conversation,
        UserId sender,
        IReadOnlyList<(MessageId MessageId, MessageContent Content)> messages,
        CancellationToken cancellationToken)
    {
        var answered = hook.IsOn
            ? await hook.AskAsync(conversation, sender, messages, canBeHeld: true, cancellationToken)
            : [.. messages.Select(message => message.Content)];
        foreach (var ((messageId, _), content) in messages.Zip(answered))
        {
            if (content is { IsHeld: true, Refusal: null, IsTold: false })
            {
                await held.TellLaterAsync(conversation, messageId, content, cancellationToken);
            }
        }

        return answered;
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
