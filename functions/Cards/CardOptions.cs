using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Cards;

/// <summary>Which cards are taken, under <c>Cards</c> in the settings. A change holds for cards that are sent after it.</summary>
public sealed record CardOptions
{
    /// <summary>
    /// The types, separated by commas, each 1 to 32 of <c>a-zA-Z0-9-</c>. Default <c>video</c>, <c>photo</c>, <c>profile</c>, <c>sound</c>,
    /// <c>product</c>, <c>live</c>, <c>place</c>, <c>story</c>, <c>collection</c> and <c>gif</c>.
    /// </summary>
    public string Types { get; init; } = "video,photo,profile,sound,product,live,place,story,collection,gif";

    /// <summary>
    /// The hosts of thumbnails, separated by commas; a host stands for those below it, too. Empty, the default, takes any: then whoever
    /// sends a card learns the network addresses of those who see it.
    /// </summary>
    public string ThumbnailHosts { get; init; } = "";

    /// <summary>Whether a thumbnail may be at a well-formed address.</summary>
    public bool AllowsThumbnail(string address)
    {
        var hosts = ThumbnailHosts.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return hosts.Length == 0 || Array.Exists(hosts, host => IsAtOrBelow(new Uri(address).Host, host));
    }

    /// <exception cref="InvalidOperationException">The types can't be used.</exception>
    public static CardOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<CardOptions>("Cards");
        return Array.TrueForAll(options.Types.Split(','), IsType)
            ? options
            : throw new InvalidOperationException("Setting Cards__Types must be names of 1 to 32 of a-zA-Z0-9-, with commas between.");
    }

    /// <summary>Whether it can be the name of a type.</summary>
    public static bool IsType(string text) =>
        text is { Length: >= 1 and <= 32 } && text.All(one => char.IsAsciiLetterOrDigit(one) || one == '-');

    private static bool IsAtOrBelow(string host, string root) =>
        host.Equals(root, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{root}", StringComparison.OrdinalIgnoreCase);
}
