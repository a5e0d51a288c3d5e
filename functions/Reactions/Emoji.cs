using System.Collections.Frozen;
using System.Text;

namespace Chat.Functions.Reactions;

/// <summary>
/// The emoji that Unicode recommends for general interchange, each in one canonical spelling, the fully qualified one.
/// </summary>
/// <remarks>
/// <c>tools/emoji</c> writes Emoji.txt from Unicode's data. Spellings of one emoji differ only in U+FE0F; without it, no two
/// emoji are the same.
/// </remarks>
internal static class Emoji
{
    private const char AsEmoji = '\uFE0F';

    /// <summary>In UTF-16 code units. The longest emoji has 15, and no spelling has twice as many.</summary>
    private const int MaxLength = 30;

    /// <summary>The canonical spellings by the spelling without U+FE0F.</summary>
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Canonical =
        Read()
            .ToFrozenDictionary(emoji => emoji.Replace($"{AsEmoji}", "", StringComparison.Ordinal), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The canonical spelling if the text is exactly one emoji; null otherwise.</summary>
    public static string? Normalize(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        Span<char> bare = stackalloc char[MaxLength];
        var (length, mayFollow) = (0, false);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != AsEmoji)
            {
                var encoded = bare[length..(length + rune.EncodeToUtf16(bare[length..]))];
                length += encoded.Length;
                mayFollow = rune.IsAscii || Canonical.ContainsKey(encoded);
            }
            else if (!mayFollow)
            {
                // U+FE0F asks for the emoji presentation of the character before it: an emoji, or a keycap's digit. It may stand
                // there once.
                return null;
            }
            else
            {
                mayFollow = false;
            }
        }

        return Canonical.TryGetValue(bare[..length], out var canonical) ? canonical : null;
    }

    private static List<string> Read()
    {
        using var stream = typeof(Emoji).Assembly.GetManifestResourceStream(typeof(Emoji), "Emoji.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var all = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith("# ", StringComparison.Ordinal))
            {
                all.Add(line);
            }
        }

        return all;
    }
}
