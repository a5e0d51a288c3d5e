using System.Buffers;
using System.Collections.Frozen;

namespace Chat.Functions.Content;

/// <summary>
/// Letters, digits and signs that are written for Latin letters which they look like. A bounded table, not all of Unicode's.
/// </summary>
internal static class LookAlikes
{
    private const char FirstForeign = '\u0370';
    private const char LastForeign = '\u052F';

    /// <summary>In pairs: the look-alike, in lower case, and the letter. Fullwidth and mathematical letters are in NFKC.</summary>
    private const string Table =
        // Cyrillic; some look so in upper case only.
        "аaвbсcԁdеeѐeёeһhіiїiјjкkӏlмmнhоoрpԛqѕsтtуyүyѵvԝwхx"
        // Greek.
        + "αaάaβbεeέeιiίiκkνvοoόoρpτtυuύuχxωwζzμm"
        // Latin letters with another shape, and small capitals.
        + "ıiɑaɡg"
        + "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz";

    private static readonly FrozenDictionary<char, char> Letters = Table.Chunk(2).ToFrozenDictionary(pair => pair[0], pair => pair[1]);

    private static readonly FrozenDictionary<char, char> Signs =
        "0o1i3e4a5s7t@a$s!i|i".Chunk(2).ToFrozenDictionary(pair => pair[0], pair => pair[1]);

    private static readonly SearchValues<char> AnySign = SearchValues.Create("0134578@$!|");

    /// <summary>Maps a text that is normalized and in lower case, in place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isAlone">Whether letters of another script are mapped even though nothing shows that they stand for Latin ones.</param>
    public static void Map(Span<char> text, bool isAlone)
    {
        if (text.ContainsAnyExceptInRange('\0', '\x7f'))
        {
            MapLetters(text, isAlone);
        }

        MapDigits(text);
    }

    /// <summary>
    /// Digits and signs that stand for letters: digits in words that have a letter, signs within such a word, and <c>$</c> at its end.
    /// So amounts, times, <c>@name</c> and <c>wow!</c> stay.
    /// </summary>
    public static void MapDigits(Span<char> text)
    {
        for (var start = text.IndexOfAny(AnySign); start >= 0 && start < text.Length;)
        {
            while (start > 0 && IsOfWord(text[start - 1]))
            {
                start--;
            }

            var end = start;
            while (end < text.Length && IsOfWord(text[end]))
            {
                end++;
            }

            MapDigitsOf(text[start..end]);
            var next = text[end..].IndexOfAny(AnySign);
            start = next < 0 ? -1 : end + next;
        }
    }

    private static void MapDigitsOf(Span<char> word)
    {
        if (!word.ContainsAnyInRange('a', 'z'))
        {
            return;
        }

        var last = word.LastIndexOfAnyExcept("@!|$");
        for (var at = 0; at < word.Length; at++)
        {
            var isMeant = word[at] is >= '0' and <= '9' || (at > 0 && (at < last || word[at] == '$'));
            if (isMeant && Signs.TryGetValue(word[at], out var letter))
            {
                word[at] = letter;
            }
        }
    }

    /// <summary>
    /// Letters of other scripts in words with Latin letters. In words without, only if nothing in the text shows that it is written in
    /// that script: "рот" is Russian among Russian words.
    /// </summary>
    private static void MapLetters(Span<char> text, bool isAlone)
    {
        var isOwnScript = !isAlone && IsWrittenInAnotherScript(text);
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            var hasLatin = false;
            for (; end < text.Length && char.IsLetterOrDigit(text[end]); end++)
            {
                hasLatin |= char.IsAsciiLetter(text[end]);
            }

            foreach (ref var letter in text[start..end])
            {
                if ((hasLatin || !isOwnScript || !IsForeign(letter)) && Letters.TryGetValue(letter, out var latin))
                {
                    letter = latin;
                }
            }

            start = end + 1;
        }
    }

    private static bool IsWrittenInAnotherScript(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (IsForeign(letter) && char.IsLetter(letter) && !Letters.ContainsKey(letter))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsForeign(char letter) => letter is >= FirstForeign and <= LastForeign;

    private static bool IsOfWord(char letter) => char.IsLetterOrDigit(letter) || letter is '@' or '$' or '!' or '|';
}
