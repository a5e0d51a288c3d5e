using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Cards;

/// <summary>Where the host app is told of cards that are sent, under <c>Hooks__CardShared</c> in the settings.</summary>
public sealed record SharesHookOptions
{
    /// <summary>Where: https, or http on localhost. Empty, the default, tells nobody. What was sent before isn't told later.</summary>
    public string Url { get; init; } = "";

    /// <summary>The key that signs the calls, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string Key { get; init; } = "";

    public bool IsOn => Url.Length > 0;

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static SharesHookOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<SharesHookOptions>("Hooks:CardShared");
        HostCalls.Check(options.Url, options.Key, "Hooks__CardShared__Url", "Hooks__CardShared__Key");
        return options;
    }
}
