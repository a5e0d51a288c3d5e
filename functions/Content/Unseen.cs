using System.Buffers;
using System.Globalization;
using System.Text;

namespace Chat.Functions.Content;

/// <summary>Characters by which one word is spelt in many ways that look alike.</summary>
internal static class Unseen
{
    /// <summary>ASCII's control characters, but for tab and line breaks.</summary>
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Select(code => (char)code).Where(code => char.IsControl(code) && !"\t\n\r".Contains(code))]);

    /// <summary>Unicode's Default_Ignorable_Code_Point, by first and last: what has no glyph, such as zero-width characters.</summary>
    private static readonly (int First, int Last)[] Ignorable =
    [
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
        (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    ];

    /// <summary>
    /// The blocks of combining marks that any letter can be decorated with. What composes to a letter isn't decoration; the vowels of
    /// other scripts aren't in these blocks.
    /// </summary>
    private static readonly (int First, int Last)[] Marks =
        [(0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F)];

    /// <summary>Whether a text is ASCII and has nothing in it that nobody sees.</summary>
    public static bool IsPlainAscii(string text) => Ascii.IsValid(text) && !text.AsSpan().ContainsAny(Controls);

    /// <summary>Whether nobody sees it: it has no glyph, or is a control or format character. Tab and line breaks are seen.</summary>
    public static bool IsIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control
            ? rune.Value is not ('\t' or '\n' or '\r')
            : rune.Value >= 0xAD && IsIn(Ignorable, rune.Value);

    public static bool IsDecoration(Rune rune) => rune.Value >= 0x300 && IsIn(Marks, rune.Value);

    /// <summary>Whether a mark decorates a letter: any mark a Latin one, which takes the vowel signs of no other script.</summary>
    public static bool IsDecorationOf(Rune letter, Rune mark) =>
        IsDecoration(mark)
        || (letter.Value is < 0x250 or (>= 0x1E00 and <= 0x1EFF)
            && mark.Value >= 0x300
            && Rune.GetUnicodeCategory(mark) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);

    private static bool IsIn((int First, int Last)[] ranges, int code)
    {
        foreach (var (first, last) in ranges)
        {
            if (code <= last)
            {
                return code >= first;
            }
        }

        return false;
    }
}
