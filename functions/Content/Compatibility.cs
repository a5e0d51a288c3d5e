using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Chat.Functions.Content;

/// <summary>Compatibility composition (NFKC), a character at a time.</summary>
/// <remarks>
/// The app runs without ICU, where .NET doesn't normalize text. <c>tools/folding</c> writes Compatibility.txt from Unicode's data.
/// Hangul syllables are computed. Marks are composed in the order in which they come.
/// </remarks>
internal static class Compatibility
{
    private const int Leading = 0x1100;
    private const int Vowel = 0x1161;
    private const int Trailing = 0x11A7;
    private const int Syllable = 0xAC00;
    private const int Vowels = 21;
    private const int Trailings = 28;
    private const int Syllables = 19 * Vowels * Trailings;

    private static readonly FrozenDictionary<int, string> Changed;
    private static readonly FrozenDictionary<(int, int), Rune> Pairs;

    /// <summary>The letters under accents. Those with a stroke are no compositions in Unicode.</summary>
    private static readonly FrozenDictionary<char, char> Plain;

    static Compatibility()
    {
        var changed = new Dictionary<int, string>();
        var pairs = new Dictionary<(int, int), Rune>();
        using var stream = typeof(Compatibility).Assembly.GetManifestResourceStream(typeof(Compatibility), "Compatibility.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] == '#')
            {
                continue;
            }

            var sides = line.Split('=');
            var from = sides[0].Split('+');
            if (from.Length == 1)
            {
                changed[Code(from[0])] = string.Concat(sides[1].Split(' ').Select(code => new Rune(Code(code)).ToString()));
            }
            else
            {
                pairs[(Code(from[0]), Code(from[1]))] = new Rune(Code(sides[1]));
            }
        }

        Changed = changed.ToFrozenDictionary();
        Pairs = pairs.ToFrozenDictionary();
        var under = "øođdłlħhŧt".Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var ((letter, mark), accented) in pairs)
        {
            if (Unseen.IsDecoration(new Rune(mark)) && letter <= char.MaxValue && accented.IsBmp)
            {
                under[(char)accented.Value] = (char)letter;
            }
        }

        // Some letters have two accents.
        Plain = under.ToFrozenDictionary(
            one => one.Key,
            one => under.TryGetValue(one.Value, out var letter) ? under.GetValueOrDefault(letter, letter) : one.Value);
    }

    /// <summary>What a character becomes; null if it stays.</summary>
    public static string? Of(Rune rune) => Changed.GetValueOrDefault(rune.Value);

    /// <summary>The one character that two of them are; null if there is none.</summary>
    public static Rune? Composed(Rune first, Rune second)
    {
        if (second.Value < 0x300)
        {
            return null;
        }

        if (Pairs.TryGetValue((first.Value, second.Value), out var composed))
        {
            return composed;
        }

        var (leading, vowel) = (first.Value - Leading, second.Value - Vowel);
        if (leading is >= 0 and < 19 && vowel is >= 0 and < Vowels)
        {
            return new Rune(Syllable + (((leading * Vowels) + vowel) * Trailings));
        }

        var (syllable, trailing) = (first.Value - Syllable, second.Value - Trailing);
        return syllable is >= 0 and < Syllables && syllable % Trailings == 0 && trailing is > 0 and < Trailings
            ? new Rune(first.Value + trailing)
            : null;
    }

    /// <summary>A text without accents, each character in its place; null if it has none.</summary>
    public static char[]? WithoutAccents(ReadOnlySpan<char> text)
    {
        char[]? plain = null;
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsAscii(text[at]) && Plain.TryGetValue(text[at], out var letter))
            {
                (plain ??= text.ToArray())[at] = letter;
            }
        }

        return plain;
    }

    private static int Code(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
