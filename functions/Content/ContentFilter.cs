using Chat.Functions.Messages;
using Chat.Functions.Shared;

namespace Chat.Functions.Content;

/// <summary>Screens what users write, before it is committed. A refusal names no word and no list.</summary>
public sealed class ContentFilter(WordLists lists)
{
    /// <summary>
    /// Screens a message: its text, a poll's options and what cards are called. What is refused says so in its verdict, for the log to
    /// decide on: a repeat of an accepted message is answered even if its words were listed since.
    /// </summary>
    public async ValueTask<MessageContent> ScreenAsync(MessageContent content, CancellationToken cancellationToken)
    {
        var all = await lists.GetAsync(cancellationToken);
        if (all.Count == 0)
        {
            return content;
        }

        var text = WordFilter.Screen(content.Text, all);
        List<ScreenedText> options = [.. (content.Poll?.Options ?? []).Select(option => WordFilter.Screen(option.Text, all))];
        List<ScreenedText> cards =
        [
            .. (content.Cards ?? []).SelectMany(card => new[] { card.Title, card.Subtitle })
                .Select(words => WordFilter.Screen(words ?? "", all)),
        ];
        List<ScreenedText> screened = [text, .. options, .. cards];
        var flags = screened.SelectMany(one => one.Flags ?? []).Distinct(StringComparer.Ordinal).ToList();
        return content with
        {
            Text = text.Text,
            Poll = content.Poll is { } poll
                ? poll with { Options = [.. poll.Options.Zip(options, (option, screened) => option with { Text = screened.Text })] }
                : null,
            Cards = content.Cards?.Select((card, n) => card with
            {
                Title = card.Title is null ? null : cards[2 * n].Text,
                Subtitle = card.Subtitle is null ? null : cards[(2 * n) + 1].Text,
            }).ToList(),
            // A repeat is recognised by what was asked for, however its words are masked by then.
            OriginalHash = content.Hash,
            Refusal = screened.Exists(one => one.IsRefused) ? Problems.ContentRefused : null,
            IsHeld = screened.Exists(one => one.IsHeld),
            Flags = flags.Count > 0 ? flags : null,
        };
    }

    /// <summary>Screens a text that isn't a message: a title, a description. The text with masked words, or the refusal.</summary>
    public async ValueTask<(string? Text, Problem? Refusal)> ScreenAsync(string? text, CancellationToken cancellationToken)
    {
        var screened = text is null ? default : WordFilter.Screen(text, await lists.GetAsync(cancellationToken));
        return screened.IsRefused || screened.IsHeld ? (null, Problems.ContentRefused) : (screened.Text, null);
    }
}
