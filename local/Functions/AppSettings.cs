using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions;

/// <summary>
/// The app's settings, from weak to strong: how it reaches the local services, <c>local.settings.json</c>, environment variables, and what a
/// test says.
/// </summary>
internal static class AppSettings
{
    public static void Add(IConfigurationBuilder configuration, LocalAzure azure, CommandLine options, HostHook? hook)
    {
        var defaults = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Cosmos"] = azure.Cosmos.ConnectionString,
            // The in-process endpoint speaks HTTP, not the binary protocol of direct mode.
            ["Cosmos:ConnectionMode"] = "Gateway",
            ["ServiceBus"] = azure.ServiceBus.ConnectionString,
            ["AzureSignalRConnectionString"] = "Endpoint=http://localhost;AccessKey=local;Version=1.0;",
            ["Auth:Issuer"] = "chat-local",
            ["Auth:Audience"] = "chat",
            ["Auth:SigningKey"] = SigningKey.ReadOrCreate(options.InMemory || hook?.Azure is not null ? null : options.DataDirectory),
        };
        configuration.AddInMemoryCollection(defaults);
        configuration.AddInMemoryCollection(ReadLocalSettings());
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection(hook?.Settings);
    }

    /// <summary>The <c>Values</c> of the nearest <c>local.settings.json</c>: in the current directory, else beside the app.</summary>
    private static Dictionary<string, string?> ReadLocalSettings()
    {
        var file = new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory }
            .Select(directory => Path.Combine(directory, "local.settings.json"))
            .FirstOrDefault(File.Exists);
        if (file is null)
        {
            return [];
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return json.RootElement.TryGetProperty("Values", out var values)
                ? values.EnumerateObject().ToDictionary(value => value.Name.Replace("__", ":", StringComparison.Ordinal), value => (string?)value.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                : [];
        }
        catch (Exception refused) when (refused is JsonException or InvalidOperationException)
        {
            throw new HostRefusedException($"{file}: {refused.Message}");
        }
    }
}
