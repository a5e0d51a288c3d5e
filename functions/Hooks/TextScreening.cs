using Chat.Functions.Content;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>Screens texts that others see and that aren't messages: by word lists, then by the host app.</summary>
public sealed class TextScreening(ContentFilter filter, BeforeSendHook hook)
{
    /// <summary>The texts as they may be stored, in the same order and null where there is none; or the refusal of all.</summary>
    /// <param name="author">Who says them.</param>
    /// <param name="conversation">Where; null for what a user says of themselves.</param>
    /// <param name="texts">What.</param>
    /// <param name="cancellationToken">Cancels reading lists and asking.</param>
    public async ValueTask<(IReadOnlyList<string?> Texts, Problem? Refusal)> ScreenAsync(
        UserId author,
        ConversationId? conversation,
        IReadOnlyList<SaidText> texts,
        CancellationToken cancellationToken)
    {
        List<SaidText> screened = [];
        foreach (var text in texts)
        {
            var (words, refusal) = await filter.ScreenAsync(text.Words, cancellationToken);
            if (refusal is not null || (!text.CanBeMasked && words != text.Words))
            {
                return ([.. texts.Select(one => one.Text)], Problems.ContentRefused);
            }

            screened.Add(text.CanBeMasked ? text with { Text = words } : text);
        }

        return (
            [.. screened.Select(one => one.Text)],
            hook.IsOn ? await hook.RefusalAsync(author, conversation, screened, cancellationToken) : null);
    }
}
