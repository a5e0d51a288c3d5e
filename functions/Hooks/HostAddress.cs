using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Hooks;

/// <summary>Where the host app is called, and the key that signs the calls.</summary>
/// <param name="Url">https, or http on localhost. Empty, the default, calls nobody and costs nothing.</param>
/// <param name="Key">As Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</param>
/// <typeparam name="TCaller">Who calls it there.</typeparam>
public sealed record HostAddress<TCaller>(string Url, string Key)
{
    /// <summary>Whether it is called.</summary>
    public bool IsOn => Url.Length > 0;

    /// <summary>Without the key.</summary>
    public override string ToString() => Url;
}

/// <summary>Reads addresses of the host app.</summary>
internal static class HostAddresses
{
    /// <summary>Reads two settings, whose names end with <c>Url</c> and <c>Key</c>.</summary>
    /// <param name="services">Where the address is registered.</param>
    /// <param name="configuration">The settings.</param>
    /// <param name="prefix">What comes before <c>Url</c> and <c>Key</c>, such as <c>Host:Unfurl</c>.</param>
    /// <exception cref="InvalidOperationException">They can't be used; the message names the setting.</exception>
    public static IServiceCollection AddHostAddress<TCaller>(
        this IServiceCollection services,
        IConfiguration configuration,
        string prefix)
    {
        var (url, key) = (configuration[$"{prefix}Url"] ?? "", configuration[$"{prefix}Key"] ?? "");
        var setting = prefix.Replace(":", "__", StringComparison.Ordinal);
        HostCalls.Check(url, key, $"{setting}Url", $"{setting}Key");
        return services.AddSingleton(new HostAddress<TCaller>(url, key));
    }
}
