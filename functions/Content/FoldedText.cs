using System.Text;

namespace Chat.Functions.Content;

/// <summary>
/// A text as filters see it: NFKC, lower case, without characters that nobody sees, and with Latin letters for what looks like them.
/// Each character knows where in the text it comes from.
/// </summary>
internal sealed class FoldedText
{
    private readonly int _sourceLength;
    private readonly char[] _folded;

    /// <summary>Where each character comes from; null when all are in their places.</summary>
    private readonly int[]? _sources;

    /// <summary>The same without accents, character by character; null when there are none.</summary>
    private char[]? _plain;

    private FoldedText(int sourceLength, char[] folded, int[]? sources)
    {
        (_sourceLength, _folded, _sources) = (sourceLength, folded, sources);
    }

    public ReadOnlySpan<char> Text => _folded;

    /// <summary>The text without accents, each character in its place; empty when it has none.</summary>
    public ReadOnlySpan<char> WithoutAccents => _plain;

    public static FoldedText Of(string text)
    {
        var folded = Normalized(text);
        if (folded._sources is not null && Compatibility.WithoutAccents(folded._folded) is { } plain)
        {
            LookAlikes.Map(plain, isAlone: false);
            folded._plain = plain;
        }

        LookAlikes.Map(folded._folded, isAlone: false);
        return folded;
    }

    /// <summary>
    /// The spellings of a listed word: as it stands among words of its own script, and as it stands alone, where letters of another
    /// script that look like Latin ones are taken for them.
    /// </summary>
    public static IEnumerable<string> SpellingsOf(string word)
    {
        var (among, alone) = (Normalized(word), Normalized(word));
        LookAlikes.MapDigits(among._folded);
        LookAlikes.Map(alone._folded, isAlone: true);
        return new[] { new string(among._folded), new string(alone._folded) }.Distinct(StringComparer.Ordinal);
    }

    /// <summary>The part of the text that a part of the folded one comes from.</summary>
    public Range SourceOf(int start, int end)
    {
        if (_sources is null)
        {
            return start..end;
        }

        // A character may come from one that became several.
        while (end < _sources.Length && _sources[end] == _sources[end - 1])
        {
            end++;
        }

        return _sources[start]..(end < _sources.Length ? _sources[end] : _sourceLength);
    }

    private static FoldedText Normalized(string text)
    {
        if (Unseen.IsPlainAscii(text))
        {
            var lower = new char[text.Length];
            Ascii.ToLower(text, lower, out _);
            return new(text.Length, lower, null);
        }

        var (folded, sources) = (new List<char>(text.Length), new List<int>(text.Length));
        Rune? last = null;
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            if (!Unseen.IsIgnorable(rune))
            {
                Take(rune, at);
            }

            at += length;
        }

        return new(text.Length, [.. folded], [.. sources]);

        void Take(Rune rune, int source)
        {
            if (Compatibility.Of(rune) is not { } changed)
            {
                Append(Rune.ToLowerInvariant(rune), source);
                return;
            }

            foreach (var one in changed.EnumerateRunes())
            {
                Append(Rune.ToLowerInvariant(one), source);
            }
        }

        void Append(Rune rune, int source)
        {
            if (last is { } before && Compatibility.Composed(before, rune) is { } composed)
            {
                // It stays where its first part is.
                var start = folded.Count - before.Utf16SequenceLength;
                source = sources[start];
                folded.RemoveRange(start, before.Utf16SequenceLength);
                sources.RemoveRange(start, before.Utf16SequenceLength);
                Put(composed, source);
            }
            else if (!(last is { } letter ? Unseen.IsDecorationOf(letter, rune) : Unseen.IsDecoration(rune)))
            {
                Put(rune, source);
            }
        }

        void Put(Rune rune, int source)
        {
            folded.AddRange(rune.ToString());
            sources.AddRange(Enumerable.Repeat(source, rune.Utf16SequenceLength));
            last = rune;
        }
    }
}
