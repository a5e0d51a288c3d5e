using System.Text;

namespace Chat.Functions.Content;

/// <summary>What word lists say about a text: a pure function of both.</summary>
internal static class WordFilter
{
    /// <summary>Screens a text; in no relation to who wrote it and where.</summary>
    public static ScreenedText Screen(string text, IReadOnlyList<WordList> lists)
    {
        if (lists.Count == 0)
        {
            return new(text);
        }

        var folded = FoldedText.Of(text);
        var allowed = Find(folded, lists.Where(list => list.Action == ContentAction.Allow));
        var screened = new ScreenedText(text);
        List<(int Start, int End)>? masked = null;
        foreach (var list in lists)
        {
            if (list.Action == ContentAction.Allow)
            {
                continue;
            }

            List<(int Start, int End)>? found = null;
            list.Find(folded, ref found);
            if (allowed is not null)
            {
                found?.RemoveAll(one => allowed.Exists(whole => whole.Start <= one.Start && whole.End >= one.End));
            }

            if (found is not { Count: > 0 })
            {
                continue;
            }

            screened = list.Action switch
            {
                ContentAction.Refuse => screened with { IsRefused = true },
                ContentAction.Hold => screened with { IsHeld = true },
                ContentAction.Flag => screened with { Flags = [.. screened.Flags ?? [], list.Id] },
                _ => screened,
            };
            if (list.Action == ContentAction.Mask)
            {
                (masked ??= []).AddRange(found);
            }
        }

        return masked is null ? screened : screened with { Text = Masked(text, folded, masked) };
    }

    private static List<(int Start, int End)>? Find(FoldedText folded, IEnumerable<WordList> lists)
    {
        List<(int Start, int End)>? found = null;
        foreach (var list in lists)
        {
            list.Find(folded, ref found);
        }

        return found;
    }

    /// <summary>One asterisk for each scalar value, so that the places of mentions stay.</summary>
    private static string Masked(string text, FoldedText folded, List<(int Start, int End)> words)
    {
        var isMasked = new bool[text.Length];
        foreach (var (start, end) in words)
        {
            isMasked.AsSpan(folded.SourceOf(start, end)).Fill(true);
        }

        var masked = new StringBuilder(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            masked.Append(isMasked[at] ? "*" : rune.ToString());
            at += rune.Utf16SequenceLength;
        }

        return masked.ToString();
    }
}

/// <summary>A text after word lists were looked for in it.</summary>
/// <param name="Text">The text, with masked words.</param>
internal readonly record struct ScreenedText(string Text)
{
    public bool IsRefused { get; init; }

    public bool IsHeld { get; init; }

    /// <summary>The lists that moderators are to know of; null for none.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}
