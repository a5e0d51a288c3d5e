using System.Collections.ObjectModel;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions;

/// <summary>
/// The app's settings, from weak to strong: how it reaches the local services, <c>local.settings.json</c>, environment variables,
/// and what a test says.
/// </summary>
/// <param name="All">Every setting, as the app sees it.</param>
/// <param name="Told">Those that a worker has to be told; it reads environment variables by itself.</param>
internal sealed record AppSettings(IConfiguration All, IReadOnlyDictionary<string, string?> Told)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>How an app reaches the services of a local Azure, and takes tokens that the key signs.</summary>
    public static Dictionary<string, string?> Defaults(LocalAzure azure, string signingKey) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Cosmos"] = azure.Cosmos.ConnectionString,
        // The endpoint speaks HTTP, not the binary protocol of direct mode.
        ["Cosmos:ConnectionMode"] = "Gateway",
        ["ServiceBus"] = azure.ServiceBus.ConnectionString,
        ["AzureSignalRConnectionString"] = azure.SignalR.ConnectionString,
        ["Media"] = azure.Blobs.ConnectionString,
        ["Media:PublicUri"] = azure.Blobs.Address.AbsoluteUri,
        ["Auth:Issuer"] = "chat-local",
        ["Auth:Audience"] = "chat",
        ["Auth:SigningKey"] = signingKey,
        // Two windows are to chat at once.
        ["Trust:Mode"] = "open",
    };

    /// <param name="azure">The services that the app is to use.</param>
    /// <param name="signingKey">What signs development tokens.</param>
    /// <param name="own">Settings that win over every other source.</param>
    public static AppSettings Read(LocalAzure azure, string signingKey, IReadOnlyDictionary<string, string?> own)
    {
        var defaults = Defaults(azure, signingKey);
        var local = ReadLocalSettings(Directory.GetCurrentDirectory(), AppContext.BaseDirectory);
        var all = new ConfigurationBuilder()
            .AddInMemoryCollection(defaults)
            .AddInMemoryCollection(local)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(own)
            .Build();
        var told = defaults.Keys.Concat(local.Keys).Concat(own.Keys).Distinct(StringComparer.OrdinalIgnoreCase);
        return new AppSettings(all, told.ToDictionary(name => name, name => all[name], StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The <c>Values</c> of the first <c>local.settings.json</c> that is there, and its <c>Host</c> under that name.</summary>
    /// <exception cref="HostRefusedException">The file isn't JSON of that shape.</exception>
    public static IReadOnlyDictionary<string, string?> ReadLocalSettings(params IEnumerable<string> directories)
    {
        var file = directories
            .Select(directory => Path.Combine(directory, "local.settings.json"))
            .FirstOrDefault(File.Exists);
        if (file is null)
        {
            return ReadOnlyDictionary<string, string?>.Empty;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file), Lenient);
            return Section(json.RootElement, "Values", "").Concat(Section(json.RootElement, "Host", "Host:"))
                .ToDictionary(StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new HostRefusedException($"{file}: {refused.Message}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> Section(JsonElement json, string name, string prefix) =>
        json.TryGetProperty(name, out var section)
            ? section.EnumerateObject().Select(value => KeyValuePair.Create(
                prefix + value.Name.Replace("__", ":", StringComparison.Ordinal), (string?)value.Value.ToString()))
            : [];
}
