using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions;

/// <summary>
/// What <c>host.json</c> says, with the defaults of the real host; settings under <c>AzureFunctionsJobHost</c> win, as in Azure.
/// </summary>
internal sealed record HostJson
{
    public string RoutePrefix { get; private init; } = "api";

    public bool AutoCompleteMessages { get; private init; } = true;

    /// <summary>How long the lock of a message is renewed while its function runs.</summary>
    public TimeSpan MaxAutoLockRenewalDuration { get; private init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many messages one function works on at the same time.</summary>
    public int MaxConcurrentCalls { get; private init; } = 16;

    /// <exception cref="HostRefusedException">The file can't be read, or a value in it makes no sense.</exception>
    public static HostJson Read(string directory, IConfiguration settings)
    {
        try
        {
            var json = new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(Path.GetFullPath(directory), "host.json"), optional: true)
                .AddConfiguration(settings.GetSection("AzureFunctionsJobHost"))
                .Build();
            var defaults = new HostJson();
            var serviceBus = json.GetSection("extensions:serviceBus");
            var read = new HostJson
            {
                RoutePrefix = (json["extensions:http:routePrefix"] ?? defaults.RoutePrefix).Trim('/'),
                AutoCompleteMessages = serviceBus.GetValue("autoCompleteMessages", defaults.AutoCompleteMessages),
                MaxAutoLockRenewalDuration = serviceBus.GetValue("maxAutoLockRenewalDuration", defaults.MaxAutoLockRenewalDuration),
                MaxConcurrentCalls = serviceBus.GetValue("maxConcurrentCalls", defaults.MaxConcurrentCalls),
            };
            return read.MaxConcurrentCalls > 0 ? read : throw new HostRefusedException("host.json: maxConcurrentCalls must be at least 1.");
        }
        catch (Exception refused) when (refused is InvalidDataException or InvalidOperationException)
        {
            throw new HostRefusedException($"host.json: {refused.Message}");
        }
    }
}
