using System.Text;
using AngleSharp.Html.Parser;
using Chat.Functions.Content;

namespace Chat.Functions.Previews;

/// <summary>What a page says of itself, as OpenGraph has it: plain text, bounded.</summary>
internal sealed record PageSummary(string Title)
{
    private const int MaxTitle = 128;
    private const int MaxDescription = 300;

    /// <summary>Where a page is cut that doesn't end its head before. A parser may take long for what is nested deep.</summary>
    private const int MaxHead = 128 * 1024;

    public string? Description { get; init; }

    public string? SiteName { get; init; }

    /// <summary>The address of its picture; null for none.</summary>
    public Uri? Image { get; init; }

    /// <summary>The same; null also when the parser fails on it.</summary>
    public static PageSummary? TryRead(WebContent page)
    {
        try
        {
            return Of(page);
        }
        catch (Exception)
        {
            // Whatever a page has the parser do, another try ends the same.
            return null;
        }
    }

    /// <summary>Reads a page's head; null when it doesn't say what it is called. No script runs, and nothing is loaded.</summary>
    public static PageSummary? Of(WebContent page)
    {
        using var head = new MemoryStream(page.Bytes, 0, LengthOfHead(page.Bytes), writable: false);
        using var document = new HtmlParser().ParseDocument(head);

        // Children only: a search of all that is nested would take as much stack as somebody nests.
        var all = document.Head?.Children.ToLookup(
            NameOf,
            element => element.GetAttribute("content") ?? element.TextContent,
            StringComparer.Ordinal);
        var title = Clean(Said("og:title"), MaxTitle) ?? Clean(Said("title"), MaxTitle);
        return title is null ? null : new(title)
        {
            Description = Clean(Said("og:description"), MaxDescription) ?? Clean(Said("description"), MaxDescription),
            SiteName = Clean(Said("og:site_name"), MaxTitle),
            Image = (Said("og:image:secure_url") ?? Said("og:image")) is { Length: > 0 and <= 2048 } image
                && Uri.TryCreate(page.Address, image, out var address)
                && PublicWeb.IsAllowed(address) ? address : null,
        };

        string? Said(string name) => all?[name].FirstOrDefault();
    }

    private static string NameOf(AngleSharp.Dom.IElement element) => element.LocalName switch
    {
        "meta" => (element.GetAttribute("property") ?? element.GetAttribute("name") ?? "").ToLowerInvariant(),
        "title" => "title",
        _ => "",
    };

    private static int LengthOfHead(byte[] page)
    {
        var end = Encoding.Latin1.GetString(page).IndexOf("</head", StringComparison.OrdinalIgnoreCase);
        return Math.Min(end >= 0 ? end : page.Length, MaxHead);
    }

    /// <summary>A text in one line, without what isn't seen; null for none.</summary>
    private static string? Clean(string? text, int limit)
    {
        var clean = new StringBuilder();
        var length = 0;
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune);
            if (isSpace ? clean is { Length: > 0 } && clean[^1] != ' ' : !Unseen.IsIgnorable(rune))
            {
                clean.Append(isSpace ? " " : rune.ToString());
                length++;
            }

            if (length == limit)
            {
                break;
            }
        }

        return clean.ToString().TrimEnd() is { Length: > 0 } trimmed ? trimmed : null;
    }
}
