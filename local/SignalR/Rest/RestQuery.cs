using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace Chat.Local.SignalR.Rest;

/// <summary>What stands behind the question mark of a request.</summary>
internal sealed record RestQuery
{
    /// <summary>The version of the API that is kept here.</summary>
    public const string Version = "2022-06-01";

    private const string VersionAlone = $"?api-version={Version}";
    private static readonly RestQuery Plain = new();

    /// <summary>An app among several that share the service, whose hubs are its own.</summary>
    public string? Application { get; private init; }

    /// <summary>Connections that a send or a close leaves out.</summary>
    public IReadOnlyList<string> Excluded { get; private init; } = [];

    public string? Reason { get; private init; }

    public TimeSpan? Ttl { get; private init; }

    /// <summary>Null when the version is another, or the time to live isn't a number of seconds.</summary>
    public static RestQuery? Read(string query)
    {
        if (query == VersionAlone)
        {
            return Plain;
        }

        var values = QueryHelpers.ParseQuery(query);
        if (values.GetValueOrDefault("api-version") != Version)
        {
            return null;
        }

        TimeSpan? ttl = null;
        if (values.TryGetValue("ttl", out var seconds))
        {
            if (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var read))
            {
                return null;
            }

            ttl = TimeSpan.FromSeconds(read);
        }

        return new RestQuery
        {
            Application = values.TryGetValue("application", out var application) ? application.ToString() : null,
            Excluded = values.TryGetValue("excluded", out var excluded) ? [.. excluded.OfType<string>()] : [],
            Reason = values.TryGetValue("reason", out var reason) ? reason.ToString() : null,
            Ttl = ttl,
        };
    }
}
