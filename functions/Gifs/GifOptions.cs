using Chat.Functions.Cards;
using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Gifs;

/// <summary>Whether GIFs can be searched for, under <c>Host</c> in the settings. They are sent as cards.</summary>
public sealed record GifOptions
{
    /// <summary>Where the host app is asked for GIFs: https, or http on localhost. Empty, the default, offers none.</summary>
    public string GifsUrl { get; init; } = "";

    /// <summary>The key that signs the calls, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string GifsKey { get; init; } = "";

    public bool IsOn => GifsUrl.Length > 0;

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static GifOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<GifOptions>("Host");
        HostCalls.Check(options.GifsUrl, options.GifsKey, "Host__GifsUrl", "Host__GifsKey");
        var cards = CardOptions.Read(configuration);

        // Clients load pictures from these hosts, which learn their addresses: the operator is to have named them.
        return options.IsOn && cards.ThumbnailHosts.Length == 0
            ? throw new InvalidOperationException("Setting Cards__ThumbnailHosts must name the hosts of GIFs where Host__GifsUrl is set.")
            : options.IsOn && !cards.Types.Split(',').Contains(Gif.CardType, StringComparer.Ordinal)
            ? throw new InvalidOperationException($"Setting Cards__Types must have {Gif.CardType} where Host__GifsUrl is set.")
            : options;
    }
}
