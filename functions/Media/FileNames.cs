using System.Globalization;
using System.Text;

namespace Chat.Functions.Media;

/// <summary>What files are called: a name that others show and save, and that leads nowhere.</summary>
public static class FileNames
{
    /// <summary>The only type that files have, whatever is in them: nothing shows it or runs it by itself.</summary>
    public const string ContentType = "application/octet-stream";

    /// <summary>In Unicode scalar values, as a client says it.</summary>
    public const int MaxLength = 255;

    /// <summary>What file systems take, in UTF-8.</summary>
    private const int MaxBytes = 255;

    /// <summary>The longest extension that is kept where a name is cut, with its dot.</summary>
    private const int MaxExtension = 17;

    private const string Unnamed = "file";

    /// <summary>
    /// A name without folders, without what doesn't show or turns text around, without what systems forbid or take for a device, without
    /// dots and spaces at its ends, and with one space where there are more. <c>file</c> where nothing is left.
    /// </summary>
    public static string Clean(string name)
    {
        var kept = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned:
                case var _ when IsBlank(rune):
                    break;
                case UnicodeCategory.SpaceSeparator:
                    kept.Append(kept is [.., ' '] ? "" : " ");
                    break;
                default:
                    kept.Append(rune.Value is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' ? "_" : rune.ToString());
                    break;
            }
        }

        var clean = kept.ToString().Trim(' ', '.');
        clean = Cut(IsDevice(clean) ? $"_{clean}" : clean);
        return clean.Length > 0 ? clean : Unnamed;
    }

    /// <summary>What is read in a name: one that was cleaned has underscores in place of much that parts words.</summary>
    internal static string Words(string name) => name.Replace('_', ' ');

    /// <summary>A name with words masked. Systems forbid asterisks in it.</summary>
    /// <param name="name">The name.</param>
    /// <param name="words">What is read in it, with an asterisk for each scalar value that is masked.</param>
    internal static string Masked(string name, string words) =>
        string.Concat(name.EnumerateRunes().Zip(words.EnumerateRunes(), (was, now) => now.Value == '*' ? "_" : was.ToString()));

    /// <summary>Whether a name is another's, or was before words in it were masked.</summary>
    internal static bool IsSame(string? name, string? other) =>
        name == other
        || (name is not null
            && other is not null
            && name.EnumerateRunes().Count() == other.EnumerateRunes().Count()
            && name.EnumerateRunes().Zip(other.EnumerateRunes()).All(both => both.First == both.Second || both.First.Value == '_'));

    /// <summary>The header by which a browser saves a file under its name, and shows nothing of it (RFC 6266 and 8187).</summary>
    public static string Disposition(string name) => $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";

    /// <summary>Letters by their category that show as nothing: a pattern without dots, and what Hangul fills gaps with.</summary>
    private static bool IsBlank(Rune rune) => rune.Value is 0x2800 or 0x115F or 0x1160 or 0x3164 or 0xFFA0;

    /// <summary>Whether Windows opens a device by it, whatever it ends in.</summary>
    /// <remarks>https://learn.microsoft.com/windows/win32/fileio/naming-a-file</remarks>
    private static bool IsDevice(string name)
    {
        var stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL"
            || (stem is ['C', 'O', 'M', _] or ['L', 'P', 'T', _] && stem[3] is (>= '0' and <= '9') or '¹' or '²' or '³');
    }

    private static string Cut(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxBytes)
        {
            return name;
        }

        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= MaxExtension ? name[dot..] : "";
        var left = MaxBytes - Encoding.UTF8.GetByteCount(extension);
        var stem = new StringBuilder();
        foreach (var rune in name[..^extension.Length].EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0)
            {
                break;
            }

            stem.Append(rune);
        }

        return stem.ToString().TrimEnd(' ', '.') + extension;
    }
}
