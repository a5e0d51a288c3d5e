using System.Collections.Frozen;
using System.Text;

namespace Chat.Functions.Reactions;

/// <summary>The emoji that Unicode recommends for general interchange, each with one canonical spelling: the fully qualified one.</summary>
/// <remarks>
/// The data is Emoji.txt, which <c>tools/emoji</c> writes from Unicode's own. Spellings of one emoji differ only in U+FE0F, and without it no two
/// emoji are alike.
/// </remarks>
internal static class Emoji
{
    private const char AsEmoji = '\uFE0F';

    /// <summary>In UTF-16 code units; the longest has 15, and no spelling doubles that.</summary>
    private const int MaxLength = 30;

    /// <summary>The canonical spellings, by what is left of them without U+FE0F.</summary>
    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Canonical =
        Read()
            .ToFrozenDictionary(emoji => emoji.Replace($"{AsEmoji}", "", StringComparison.Ordinal), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The canonical spelling of the one emoji that a text is; null when the text is anything else.</summary>
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
                // It asks for the emoji look of an emoji character, or of a keycap's digit, once.
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
