using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Cards;

/// <summary>Whether the host app is asked what a viewer may see of its things, under <c>Host</c> in the settings.</summary>
public sealed record HostUnfurlOptions
{
    /// <summary>Where it is asked: https, or http on localhost. Empty, the default, asks nobody.</summary>
    public string UnfurlUrl { get; init; } = "";

    /// <summary>The key that signs the calls, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string UnfurlKey { get; init; } = "";

    public bool IsOn => UnfurlUrl.Length > 0;

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static HostUnfurlOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<HostUnfurlOptions>("Host");
        HostCalls.Check(options.UnfurlUrl, options.UnfurlKey, "Host__UnfurlUrl", "Host__UnfurlKey");
        return options;
    }
}
