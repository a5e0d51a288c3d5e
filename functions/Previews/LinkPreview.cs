using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Chat.Functions.Media;

namespace Chat.Functions.Previews;

/// <summary>What the page that a message links to says of itself. It is the page's word, and not the sender's.</summary>
/// <param name="Url">The link, as it is in the text.</param>
/// <param name="Title">1 to 128 Unicode scalar values.</param>
public sealed partial record LinkPreview(string Url, string Title)
{
    private const int MaxUrl = 2048;

    /// <summary>1 to 300 Unicode scalar values; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>1 to 128 Unicode scalar values; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SiteName { get; init; }

    /// <summary>A picture, made anew and kept here as if it were uploaded; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Attachment? Image { get; init; }

    /// <summary>The first link of a text that may have a preview: written out, http or https; null for none.</summary>
    public static string? LinkIn(string text)
    {
        var link = Address.Match(text).Value.TrimEnd('.', ',', ';', ':', '!', '?', '\'', '*', '_', '~');

        // A bracket that the text before the link opened.
        link = link is [.., ')'] && !link.Contains('(', StringComparison.Ordinal) ? link[..^1] : link;
        return link.Length <= MaxUrl && Uri.TryCreate(link, UriKind.Absolute, out var address) && PublicWeb.IsAllowed(address)
            ? link
            : null;
    }

    [GeneratedRegex(@"\bhttps?://[^\s<>""]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address { get; }
}
